/// Settings of one source under common names, each with the place it stands at for messages.
struct ProfileSettings: Sendable {
  /// The settings a profile is made of, whatever a source calls them.
  enum Field: String, Sendable, CaseIterable {
    case auth_url, auth_type, username, user_id, password, passcode, user_domain_name, user_domain_id
    case project_name, project_id, project_domain_name, project_domain_id, domain_id, token, region
    case access_key, secret_key, security_token, object_access_key, object_secret_key, object_security_token
    case cacert, verify, insecure, identity_endpoint, image_endpoint, object_endpoint
    case vendor, dialect, signing_form, sign_extra_headers, catalog, path_style, object_signature, timeout
    case killed_images
  }

  struct Setting: Sendable {
    var value: String
    /// The variable or the file, entry and field.
    var place: String
  }

  /// What the whole source is called, for example `entry otc of /home/me/clouds.yaml`.
  var source: String
  /// A short name for the profile.
  var name: String
  /// The dialect when neither a setting, the hosts nor the region tell.
  var usualDialect: CloudDialect?
  private(set) var settings: [Field: Setting] = [:]

  init(source: String, name: String) {
    self.source = source
    self.name = name
  }

  subscript(_ field: Field) -> String? { settings[field]?.value }

  func place(_ field: Field) -> String? { settings[field]?.place }

  /// Sets a field unless an earlier alias has set it; empty values count as unset.
  mutating func fill(_ field: Field, _ value: String?, place: String) {
    guard let value, !value.isEmpty, settings[field] == nil else { return }
    settings[field] = Setting(value: value, place: place)
  }

  /// Sets a field whatever it was.
  mutating func replace(_ field: Field, _ value: String, place: String) {
    settings[field] = Setting(value: value, place: place)
  }

  /// A yes or no, in any of the spellings of YAML and the shell.
  func flag(_ field: Field) throws(ConfigurationError) -> Bool? {
    guard let setting = settings[field] else { return nil }
    switch setting.value.lowercased() {
    case "true", "yes", "on", "1", "y": return true
    case "false", "no", "off", "0", "n": return false
    default:
      throw ConfigurationError(
        message: "\(setting.place) is \"\(setting.value)\", expected true or false.")
    }
  }
}
