import Crypto

/// Hashes that stand for a content.
public enum Fingerprint {
  /// SHA-256 in 64 lower-case hexadecimal digits.
  public static func sha256(_ bytes: [UInt8]) -> String { Hex.encode(SHA256.hash(data: bytes)) }
}
