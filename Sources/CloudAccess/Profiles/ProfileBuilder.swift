/// Makes a profile of one source's settings, with the defaults of the cloud it belongs to.
struct ProfileBuilder {
  let settings: ProfileSettings
  let environment: [String: String]

  func profile() throws(ConfigurationError) -> CloudProfile {
    let vendor = try vendor()
    let region = try region()
    let dialect = try dialect(vendor: vendor, region: region)
    let authURL = try authURL(dialect: dialect, region: region)
    let credentials = try credentials()
    var profile = CloudProfile(
      name: settings.name, dialect: dialect, region: region, authURL: authURL, credentials: credentials)
    profile.objectStorageKey = try objectStorageKey()
    profile.projectName = settings[.project_name]
    profile.projectID = settings[.project_id]
    profile.projectDomainName = settings[.project_domain_name]
    profile.projectDomainID = settings[.project_domain_id]
    profile.domainID = settings[.domain_id]
    profile.endpointOverrides = try endpointOverrides(region: region)
    if let form = try signingForm() { profile.signingForm = form }
    if let flag = try settings.flag(.sign_extra_headers) { profile.signsExtraHeaders = flag }
    if let flag = try settings.flag(.catalog) { profile.usesCatalog = flag }
    if let flag = try settings.flag(.path_style) { profile.objectStoragePathStyle = flag }
    if let word = settings[.object_signature] {
      guard let signature = ObjectStorageSignature(rawValue: word) else {
        throw wrong(.object_signature, expected: "obs, aws-v2 or aws-v4")
      }
      profile.objectStorageSignature = signature
    }
    if let word = settings[.killed_images] {
      guard let choice = KilledImages(rawValue: word.lowercased()) else {
        throw wrong(.killed_images, expected: "auto, listed or hidden")
      }
      profile.killedImages = choice
    }
    if let flag = try settings.flag(.verify) { profile.verifyTLS = flag }
    if settings[.verify] == nil, let flag = try settings.flag(.insecure) { profile.verifyTLS = !flag }
    profile.caFile = settings[.cacert]
    if let text = settings[.timeout] {
      guard let seconds = Double(text), seconds > 0, seconds <= 86400 else {
        throw wrong(.timeout, expected: "seconds above 0")
      }
      profile.timeouts.headers = .seconds(seconds)
      profile.timeouts.body = .seconds(seconds)
    }
    return profile
  }

  private func vendor() throws(ConfigurationError) -> CloudDialect? {
    guard let name = settings[.vendor] else { return nil }
    switch name {
    case "otc": return .otc
    case "huawei", "huaweicloud": return .huawei
    default:
      if settings[.auth_url] != nil { return nil }
      throw wrong(.vendor, expected: "otc or huawei, or an auth_url")
    }
  }

  private func region() throws(ConfigurationError) -> String {
    if let region = settings[.region] { return region }
    // The tools of these clouds name projects REGION or REGION_NAME.
    if let project = settings[.project_name], let first = project.split(separator: "_").first,
      first.contains("-"), first.allSatisfy({ $0.isLowercase || $0.isNumber || $0 == "-" })
    {
      return String(first)
    }
    if let url = settings[.auth_url], EndpointPatterns.dialect(ofURL: url) != nil {
      let labels = URLParts(url).host.split(separator: ".")
      if labels.count > 3, labels[0].hasPrefix("iam"), labels[1].contains("-") { return String(labels[1]) }
    }
    throw missing(.region, "region_name, OS_REGION_NAME or HW_REGION_NAME")
  }

  private func dialect(vendor: CloudDialect?, region: String) throws(ConfigurationError) -> CloudDialect {
    if let text = settings[.dialect] {
      guard let dialect = CloudDialect(rawValue: text.lowercased()) else {
        throw wrong(.dialect, expected: "otc or huawei")
      }
      return dialect
    }
    if let vendor { return vendor }
    if let url = settings[.auth_url], let dialect = EndpointPatterns.dialect(ofURL: url) { return dialect }
    guard settings[.auth_url] == nil else { return settings.usualDialect ?? .otc }
    return ["eu-de", "eu-nl", "eu-ch2"].contains(region) ? .otc : .huawei
  }

  private func authURL(dialect: CloudDialect, region: String) throws(ConfigurationError) -> String {
    guard var url = settings[.auth_url] else { return EndpointPatterns.authURL(dialect: dialect, region: region) }
    url = url.replacing("{region_name}", with: region)
    if url.utf8Range(of: "://") == nil { url = "https://" + url }
    try check(url, .auth_url)
    while url.hasSuffix("/") { url.removeLast() }
    return url.hasSuffix("/v3") ? url : url + "/v3"
  }

  private func endpointOverrides(region: String) throws(ConfigurationError) -> [CloudService: String] {
    var overrides: [CloudService: String] = [:]
    let fields: [(CloudService, ProfileSettings.Field, String)] = [
      (.identity, .identity_endpoint, "IAM"), (.image, .image_endpoint, "IMS"),
      (.objectStorage, .object_endpoint, "OBS"),
    ]
    let suffix = region.uppercased().replacing("-", with: "_")
    for (service, field, short) in fields {
      let variable = "HUAWEICLOUD_SDK_REGION_\(short)_\(suffix)"
      if let value = environment[variable]?.split(separator: ",").first?.trimmed, !value.isEmpty {
        guard Self.isURL(value) else {
          throw ConfigurationError(
            message: "\(variable) is \"\(Redaction.url(value))\", expected an address with http:// or https://.")
        }
        overrides[service] = value
      } else if let value = settings[field] {
        try check(value, field)
        overrides[service] = value
      }
    }
    return overrides
  }

  private func signingForm() throws(ConfigurationError) -> SigningForm? {
    guard let text = settings[.signing_form] else { return nil }
    guard let form = SigningForm(rawValue: text.lowercased()) else { throw wrong(.signing_form, expected: "a or b") }
    return form
  }

  private func check(_ url: String, _ field: ProfileSettings.Field) throws(ConfigurationError) {
    guard Self.isURL(url) else { throw wrong(field, expected: "an address with http:// or https://") }
  }

  private static func isURL(_ text: String) -> Bool {
    let url = URLParts(text)
    return ["http", "https"].contains(url.scheme) && text.utf8Range(of: "://") != nil && !url.host.isEmpty
      && !text.utf8.contains { $0 <= 0x20 }
  }

  func wrong(_ field: ProfileSettings.Field, expected: String) -> ConfigurationError {
    let place = settings.place(field) ?? field.rawValue
    return ConfigurationError(
      message: "\(place) is \"\(Redaction.url(settings[field] ?? ""))\", expected \(expected).")
  }

  func missing(_ field: ProfileSettings.Field, _ names: String) -> ConfigurationError {
    ConfigurationError(message: "\(settings.source): \(field.rawValue) is missing.", hint: "set \(names)")
  }
}
