import CloudAccess
import Crypto
import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// The one account of a local cloud, made at its first start and kept beside its state.
struct CloudCredentials: Sendable, Codable, Equatable {
  var access_key: String
  var secret_key: String
  var user: String
  var user_id: String
  var password: String
  var domain: String
  var domain_id: String
  var project: String
  var project_id: String
  var region: String

  /// A new account with random secrets.
  static func random(region: String) -> CloudCredentials {
    CloudCredentials(
      access_key: RandomText.upper(20), secret_key: RandomText.mixed(40), user: "slipway", user_id: RandomText.hex(32),
      password: RandomText.mixed(24), domain: "local", domain_id: RandomText.hex(32), project: region,
      project_id: RandomText.hex(32), region: region)
  }

  /// Reads the account of a directory, or makes one.
  ///
  /// - Throws: `LocalCloudError` when the file cannot be read or written.
  static func load(from path: String, region: String) throws -> CloudCredentials {
    if let data = FileManager.default.contents(atPath: path) {
      guard var credentials = try? JSONDecoder().decode(CloudCredentials.self, from: data) else {
        throw LocalCloudError(
          "The credentials file \(path) is damaged: a JSON object with all fields was expected",
          hint: "remove it, and new credentials are made at the next start")
      }
      if credentials.region != region {
        credentials.region = region
        credentials.project = region
        try credentials.write(to: path)
      }
      return credentials
    }
    let credentials = random(region: region)
    try credentials.write(to: path)
    return credentials
  }

  /// Writes the file with mode 0600 from its first byte on, under another name first, so that it is whole or absent.
  private func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let bytes = try encoder.encode(self) + Data("\n".utf8)
    let temporary = path + ".new"
    unlink(temporary)
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw LocalCloudError("The credentials file \(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    let written = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    close(file)
    guard written == bytes.count, rename(temporary, path) == 0 else {
      throw LocalCloudError("The credentials file \(path) cannot be written: \(String(cString: strerror(errno)))")
    }
  }

  /// Whether two secrets are equal, in a time that does not tell where they differ.
  static func matches(_ given: String, _ expected: String) -> Bool {
    SHA256.hash(data: Data(given.utf8)) == SHA256.hash(data: Data(expected.utf8))
  }
}
