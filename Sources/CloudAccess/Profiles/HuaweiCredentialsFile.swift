import Foundation

/// Reads the Huawei SDK's `~/.huaweicloud/credentials`.
enum HuaweiCredentialsFile {
  /// The settings of its section `[basic]`; `nil` when there is no file.
  static func settings(
    environment: [String: String], homeDirectory: String
  ) throws(ConfigurationError) -> ProfileSettings? {
    let named = environment["HUAWEICLOUD_SDK_CREDENTIALS_FILE"].flatMap { $0.isEmpty ? nil : $0 }
    let path = named ?? homeDirectory + "/.huaweicloud/credentials"
    guard FileManager.default.fileExists(atPath: path) else {
      guard named != nil else { return nil }
      throw ConfigurationError(message: "HUAWEICLOUD_SDK_CREDENTIALS_FILE names \(path), which does not exist.")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ConfigurationError(message: "\(path) cannot be read.", hint: "check its permissions")
    }
    var settings = try parse(String(decoding: data, as: UTF8.self), path: path)
    for name in ["HW_REGION_NAME", "OS_REGION_NAME"] { settings.fill(.region, environment[name], place: name) }
    return settings
  }

  static func parse(_ text: String, path: String) throws(ConfigurationError) -> ProfileSettings {
    var settings = ProfileSettings(source: "section basic of \(path)", name: "huaweicloud")
    var section = ""
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.trimmed
      if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
      if line.hasPrefix("["), line.hasSuffix("]") {
        section = line.dropFirst().dropLast().trimmed
        continue
      }
      let pair = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2 else {
        throw ConfigurationError(
          message: "\(path):\(index + 1) is neither a [section] nor a key = value.")
      }
      guard section == "basic", let field = fields[pair[0].trimmed] else { continue }
      settings.fill(field, pair[1].trimmed, place: "\(path): \(pair[0].trimmed) of [basic]")
    }
    settings.usualDialect = .huawei
    return settings
  }

  private static let fields: [String: ProfileSettings.Field] = [
    "ak": .access_key, "sk": .secret_key, "security_token": .security_token, "project_id": .project_id,
    "iam_endpoint": .auth_url,
  ]
}
