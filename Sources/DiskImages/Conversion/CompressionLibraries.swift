import CZlib
import CZstd

/// The compression libraries this build runs with: bug reports need to name them.
public enum CompressionLibraries {
  /// The version of libzstd as it is loaded, for example `1.5.4`.
  public static var zstd: String { String(cString: ZSTD_versionString()) }

  /// The version of zlib as it is loaded, for example `1.2.13`.
  public static var zlib: String { String(cString: zlibVersion()) }
}
