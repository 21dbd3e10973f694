import CloudAccess

/// A profile in a cassette: everything but what proves who is calling.
enum RecordedProfile {
  static func json(_ profile: CloudProfile) -> JSONValue {
    var members: [String: JSONValue] = [
      "name": .string(profile.name), "dialect": .string(profile.dialect.rawValue), "region": .string(profile.region),
      "url": .string(profile.authURL), "proves_by": .string(kind(profile.credentials)),
      "signing_form": .string(profile.signingForm.rawValue), "signs_extra_headers": .bool(profile.signsExtraHeaders),
      "uses_catalog": .bool(profile.usesCatalog), "path_style": .bool(profile.objectStoragePathStyle),
      "storage_signing": .string(profile.objectStorageSignature.rawValue),
      "storage_key": .bool(profile.objectStorageKey != nil),
    ]
    members["project_name"] = profile.projectName.map(JSONValue.string)
    members["project_id"] = profile.projectID.map(JSONValue.string)
    members["project_domain_name"] = profile.projectDomainName.map(JSONValue.string)
    members["project_domain_id"] = profile.projectDomainID.map(JSONValue.string)
    members["domain_id"] = profile.domainID.map(JSONValue.string)
    members["identity"] = profile.identity.map(JSONValue.string)
    if !profile.endpointOverrides.isEmpty {
      members["endpoints"] = .object(
        Dictionary(uniqueKeysWithValues: profile.endpointOverrides.map { ($0.key.rawValue, .string($0.value)) }))
    }
    return .object(members)
  }

  private static func kind(_ credentials: Credentials) -> String {
    switch credentials {
    case .password: "password"
    case .token: "token"
    case .accessKey: "access key"
    }
  }

  static func profile(_ json: JSONValue) throws -> CloudProfile {
    func text(_ name: String) throws -> String {
      guard let text = json[name]?.stringValue else { throw CassetteError("The cassette's cloud has no \(name).") }
      return text
    }
    let placeholder = Secret(SecretScrubber.mark)
    let key = AccessKey(access: "REPLAY", secret: placeholder)
    let credentials: Credentials
    switch try text("proves_by") {
    case "password": credentials = .password(PasswordCredentials(userName: "replay", password: placeholder))
    case "token": credentials = .token(placeholder)
    case "access key": credentials = .accessKey(key)
    case let other: throw CassetteError("The cassette's cloud is proven by '\(other)', which is unknown.")
    }
    guard let dialect = CloudDialect(rawValue: try text("dialect")) else {
      throw CassetteError("The cassette's cloud has an unknown dialect.", hint: "otc or huawei")
    }
    var endpoints: [CloudService: String] = [:]
    for (name, url) in json["endpoints"]?.objectValue ?? [:] {
      guard let service = CloudService(rawValue: name), let url = url.stringValue else {
        throw CassetteError("The cassette's cloud has an endpoint '\(name)', which is unknown.")
      }
      endpoints[service] = url
    }
    var profile = CloudProfile(
      name: try text("name"), dialect: dialect, region: try text("region"), authURL: try text("url"),
      credentials: credentials, objectStorageKey: json["storage_key"]?.boolValue == true ? key : nil,
      projectName: json["project_name"]?.stringValue, projectID: json["project_id"]?.stringValue,
      projectDomainName: json["project_domain_name"]?.stringValue,
      projectDomainID: json["project_domain_id"]?.stringValue, domainID: json["domain_id"]?.stringValue,
      endpointOverrides: endpoints,
      signingForm: json["signing_form"]?.stringValue.flatMap { SigningForm(rawValue: $0) },
      signsExtraHeaders: json["signs_extra_headers"]?.boolValue ?? true,
      usesCatalog: json["uses_catalog"]?.boolValue ?? true,
      objectStoragePathStyle: json["path_style"]?.boolValue ?? false,
      objectStorageSignature: json["storage_signing"]?.stringValue.flatMap { ObjectStorageSignature(rawValue: $0) }
        ?? .obs)
    profile.identity = json["identity"]?.stringValue
    return profile
  }
}
