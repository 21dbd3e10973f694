import Foundation
import NIOSSL

/// A PEM file of certificate authorities, as `cacert` of a profile names it.
public enum CertificateFile {
  /// Sees whether the file can be used, so that a mistyped path is told as one and not as a connection that nobody trusts.
  public static func check(_ path: String) throws(ConfigurationError) {
    let hint = "correct cacert in clouds.yaml, or OS_CACERT or SSL_CERT_FILE"
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw ConfigurationError(message: "The file of certificate authorities \(path) does not exist.", hint: hint)
    }
    // A directory of hashed certificates is looked into by the library.
    guard !isDirectory.boolValue else { return }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw ConfigurationError(
        message: "The file of certificate authorities \(path) cannot be read.", hint: "check its permissions")
    }
    guard let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty else {
      throw ConfigurationError(
        message: "The file of certificate authorities \(path) holds no certificate in PEM form.", hint: hint)
    }
  }
}
