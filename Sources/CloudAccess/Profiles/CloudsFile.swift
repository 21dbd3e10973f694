import Foundation

/// A clouds.yaml with its secure.yaml merged over it.
struct CloudsFile: Sendable {
  let path: String
  private let clouds: [String: ConfigurationNode]

  /// The names of the entries, sorted.
  var names: [String] { clouds.keys.sorted { $0.precedesByBytes($1) } }

  /// The places that are searched, in order.
  static func candidates(environment: [String: String], workingDirectory: String, homeDirectory: String) -> [String] {
    let named = environment["OS_CLIENT_CONFIG_FILE"].flatMap { $0.isEmpty ? nil : $0 }
    let configuration = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? homeDirectory + "/.config"
    let folders = [workingDirectory, configuration + "/openstack", "/etc/openstack"]
    let files = folders.flatMap { folder in ["yaml", "yml", "json"].map { "\(folder)/clouds.\($0)" } }
    return named.map { [$0] + files } ?? files
  }

  /// The first file there is, or `nil`. A file that was named and is not there is an error.
  static func find(
    environment: [String: String], workingDirectory: String, homeDirectory: String
  ) throws(ConfigurationError) -> CloudsFile? {
    let paths = candidates(
      environment: environment, workingDirectory: workingDirectory, homeDirectory: homeDirectory)
    if let named = environment["OS_CLIENT_CONFIG_FILE"], !named.isEmpty, !FileManager.default.fileExists(atPath: named)
    {
      throw ConfigurationError(
        message: "OS_CLIENT_CONFIG_FILE names \(named), which does not exist.", hint: "unset it, or correct the path")
    }
    guard let path = paths.first(where: { FileManager.default.fileExists(atPath: $0) }) else { return nil }
    return try CloudsFile(path: path)
  }

  init(path: String) throws(ConfigurationError) {
    self.path = path
    var root = try Self.read(path)
    let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? ""
    for ending in ["yaml", "yml", "json"] {
      let secure = folder + "secure." + ending
      if FileManager.default.fileExists(atPath: secure) {
        root = root.merged(with: try Self.read(secure))
        break
      }
    }
    guard let clouds = root["clouds"]?.members else {
      throw ConfigurationError(
        message: "\(path) has no map \"clouds\" at the top.", hint: "expected clouds: {NAME: {auth: {…}}}")
    }
    self.clouds = clouds
  }

  /// The settings of an entry.
  func settings(of name: String) throws(ConfigurationError) -> ProfileSettings {
    guard let entry = clouds[name] else {
      let near = Spelling.nearest(to: name, in: names)
      throw ConfigurationError(
        message: "\(path) has no cloud \"\(name)\"; it has \(names.isEmpty ? "none" : names.joined(separator: ", ")).",
        hint: near.map { "did you mean \($0)?" } ?? "choose one with --cloud NAME or OS_CLOUD")
    }
    guard entry.members != nil else {
      throw ConfigurationError(message: "\(path): the entry \(name) is no map of settings.")
    }
    var settings = ProfileSettings(source: "entry \(name) of \(path)", name: name)
    for (field, keys) in Self.keys {
      for key in keys {
        let parts = key.split(separator: ".").map(String.init)
        let node = parts.count == 2 ? entry[parts[0]]?[parts[1]] : entry[key]
        if let node, node.text == nil {
          throw ConfigurationError(message: "\(path): \(key) of cloud \(name) is not a single value.")
        }
        settings.fill(field, node?.text, place: "\(path): \(key) of cloud \(name)")
      }
    }
    return settings
  }

  private static func read(_ path: String) throws(ConfigurationError) -> ConfigurationNode {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ConfigurationError(message: "\(path) cannot be read.", hint: "check its permissions")
    }
    return try ConfigurationNode(parsing: String(decoding: data, as: UTF8.self), file: path)
  }

  private static let keys: [(ProfileSettings.Field, [String])] = [
    (.auth_url, ["auth.auth_url"]), (.auth_type, ["auth_type"]),
    (.username, ["auth.username", "auth.user_name"]), (.user_id, ["auth.user_id"]), (.password, ["auth.password"]),
    (.passcode, ["auth.passcode"]), (.user_domain_name, ["auth.user_domain_name", "auth.domain_name"]),
    (.user_domain_id, ["auth.user_domain_id", "auth.domain_id"]),
    (.project_name, ["auth.project_name", "auth.tenant_name"]), (.project_id, ["auth.project_id", "auth.tenant_id"]),
    (.project_domain_name, ["auth.project_domain_name"]), (.project_domain_id, ["auth.project_domain_id"]),
    (.domain_id, ["auth.domain_id", "domain_id"]), (.token, ["auth.token"]), (.region, ["region_name", "region"]),
    (.access_key, ["access_key", "ak", "auth.access_key", "auth.ak"]),
    (.secret_key, ["secret_key", "sk", "auth.secret_key", "auth.sk"]),
    (.security_token, ["security_token", "auth.security_token"]), (.cacert, ["cacert"]), (.verify, ["verify"]),
    (.identity_endpoint, ["identity_endpoint_override"]), (.image_endpoint, ["image_endpoint_override"]),
    (.object_endpoint, ["object_store_endpoint_override", "obs_endpoint_override"]), (.vendor, ["profile", "cloud"]),
    (.dialect, ["x_slipway_dialect", "dialect"]), (.signing_form, ["x_slipway_signing_form", "signing_form"]),
    (.sign_extra_headers, ["x_slipway_sign_extra_headers"]), (.catalog, ["x_slipway_catalog"]),
    (.path_style, ["x_slipway_obs_path_style", "obs_path_style"]),
    (.object_signature, ["x_slipway_obs_signature", "obs_signature"]), (.timeout, ["api_timeout"]),
    (.killed_images, ["x_slipway_killed_images"]),
  ]
}
