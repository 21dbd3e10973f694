extension ProfileSettings {
  /// The variables of the OpenStack convention, most specific first.
  private static let openStack: [(Field, [String])] = [
    (.auth_url, ["OS_AUTH_URL"]), (.auth_type, ["OS_AUTH_TYPE"]),
    (.username, ["OS_USERNAME", "OS_USER_NAME"]), (.user_id, ["OS_USER_ID", "OS_USERID"]),
    (.password, ["OS_PASSWORD"]), (.passcode, ["OS_PASSCODE"]),
    (.user_domain_name, ["OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME"]),
    (.user_domain_id, ["OS_USER_DOMAIN_ID", "OS_DOMAIN_ID"]),
    (.project_name, ["OS_PROJECT_NAME", "OS_TENANT_NAME"]), (.project_id, ["OS_PROJECT_ID", "OS_TENANT_ID"]),
    (.project_domain_name, ["OS_PROJECT_DOMAIN_NAME"]), (.project_domain_id, ["OS_PROJECT_DOMAIN_ID"]),
    (.domain_id, ["OS_DOMAIN_ID"]), (.token, ["OS_TOKEN", "OS_TOKEN_ID", "OS_AUTH_TOKEN"]),
    (.region, ["OS_REGION_NAME"]),
    (.access_key, ["OS_ACCESS_KEY", "OS_ACCESS_KEY_ID", "OS_AK", "OTCCLOUD_SDK_AK"]),
    (.secret_key, ["OS_SECRET_KEY", "OS_ACCESS_KEY_SECRET", "OS_SK", "OTCCLOUD_SDK_SK"]),
    (.security_token, ["OS_SECURITY_TOKEN", "OS_AKSK_SECURITY_TOKEN", "OS_ST"]),
    (.object_access_key, ["S3_ACCESS_KEY_ID"]), (.object_secret_key, ["S3_SECRET_ACCESS_KEY"]),
    (.object_security_token, ["S3_SECURITY_TOKEN"]),
    (.identity_endpoint, ["OS_IDENTITY_ENDPOINT_OVERRIDE"]), (.image_endpoint, ["OS_IMAGE_ENDPOINT_OVERRIDE"]),
    (.object_endpoint, ["OS_OBJECT_STORE_ENDPOINT_OVERRIDE"]),
  ]

  /// The variables of the Huawei SDK and of its Terraform provider.
  private static let huawei: [(Field, [String])] = [
    (.access_key, ["HUAWEICLOUD_SDK_AK", "HW_ACCESS_KEY"]), (.secret_key, ["HUAWEICLOUD_SDK_SK", "HW_SECRET_KEY"]),
    (.security_token, ["HUAWEICLOUD_SDK_SECURITY_TOKEN", "HW_SECURITY_TOKEN"]),
    (.project_id, ["HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID"]), (.project_name, ["HW_PROJECT_NAME"]),
    (.domain_id, ["HUAWEICLOUD_SDK_DOMAIN_ID", "HW_DOMAIN_ID"]),
    (.auth_url, ["HUAWEICLOUD_SDK_IAM_ENDPOINT", "HW_AUTH_URL"]), (.region, ["HW_REGION_NAME", "OS_REGION_NAME"]),
    (.username, ["HW_USER_NAME"]), (.password, ["HW_USER_PASSWORD"]), (.user_domain_name, ["HW_DOMAIN_NAME"]),
  ]

  /// Switches that apply to every source, because no convention has them.
  private static let own: [(Field, [String])] = [
    (.dialect, ["SLIPWAY_DIALECT"]), (.signing_form, ["SLIPWAY_SIGNING_FORM"]),
    (.sign_extra_headers, ["SLIPWAY_SIGN_EXTRA_HEADERS"]), (.catalog, ["SLIPWAY_CATALOG"]),
    (.path_style, ["SLIPWAY_OBS_PATH_STYLE"]), (.object_signature, ["SLIPWAY_OBS_SIGNATURE"]),
    (.timeout, ["SLIPWAY_TIMEOUT"]), (.killed_images, ["SLIPWAY_KILLED_IMAGES"]),
  ]

  /// TLS settings, which also serve a file's entry that has none.
  private static let tls: [(Field, [String])] = [
    (.cacert, ["OS_CACERT", "SSL_CERT_FILE"]), (.insecure, ["OS_INSECURE"]),
  ]

  /// The settings of the `OS_*` variables.
  static func openStack(_ environment: [String: String]) -> ProfileSettings {
    var settings = ProfileSettings(source: "the OS_* variables", name: "environment")
    settings.fill(from: environment, openStack)
    return settings
  }

  /// The settings of the `HUAWEICLOUD_SDK_*` and `HW_*` variables.
  static func huawei(_ environment: [String: String]) -> ProfileSettings {
    var settings = ProfileSettings(source: "the HUAWEICLOUD_SDK_* and HW_* variables", name: "environment")
    settings.fill(from: environment, huawei)
    settings.usualDialect = .huawei
    return settings
  }

  /// Adds the switches and TLS settings of the environment to any source.
  mutating func fillSwitches(_ environment: [String: String]) {
    var switches = ProfileSettings(source: source, name: name)
    switches.fill(from: environment, Self.own)
    // A switch in the environment wins over the file's.
    for field in [
      Field.dialect, .signing_form, .sign_extra_headers, .catalog, .path_style, .object_signature, .timeout,
      .killed_images,
    ] {
      if let value = switches[field], let place = switches.place(field) { replace(field, value, place: place) }
    }
    fill(from: environment, Self.tls)
  }

  /// Whether the source says anything about who is calling.
  var hasCredentials: Bool {
    [.password, .token, .access_key, .secret_key, .username, .user_id].contains { self[$0] != nil }
  }

  private mutating func fill(from environment: [String: String], _ table: [(Field, [String])]) {
    for (field, names) in table {
      for name in names { fill(field, environment[name], place: name) }
    }
  }
}
