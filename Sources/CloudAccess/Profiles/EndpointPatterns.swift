/// The hosts of the clouds by region, for when neither an override nor a catalogue names an endpoint.
///
/// They are defaults only: partner clouds use other domains, and not every region is confirmed.
public enum EndpointPatterns {
  /// The region part of the hosts of the Swiss Open Telekom Cloud has `.sc` after it.
  private static let swissRegions: Set<String> = ["eu-ch2"]

  /// The IAM address of a region.
  public static func authURL(dialect: CloudDialect, region: String) -> String {
    switch dialect {
    case .otc where swissRegions.contains(region): "https://iam-pub.\(region).sc.otc.t-systems.com/v3"
    case .otc: "https://iam.\(region).otc.t-systems.com/v3"
    case .huawei: "https://iam.\(region).myhuaweicloud.com/v3"
    }
  }

  /// The dialect whose hosts an address belongs to; `nil` when it is neither's.
  public static func dialect(ofURL url: String) -> CloudDialect? {
    let (host, _) = ProxySettings.split(URLParts(url).host.asciiLowercased)
    if host.hasSuffix(".otc.t-systems.com") { return .otc }
    if host.hasSuffix(".myhuaweicloud.com") || host.hasSuffix(".huaweicloud.com") { return .huawei }
    return nil
  }

  /// The endpoint of a service beside the given IAM address.
  ///
  /// On the known domains this is the pattern of the region. Elsewhere `iam.` at the start of the host is replaced by
  /// the service's name; a host that does not start so is taken to serve everything itself, as the local cloud does.
  public static func endpoint(_ service: CloudService, authURL: String, region: String) -> String {
    let url = URLParts(authURL)
    let name: String
    switch service {
    case .identity: return authURL
    case .image: name = "ims"
    case .objectStorage: name = "obs"
    }
    switch dialect(ofURL: authURL) {
    case .otc?:
      let suffix = swissRegions.contains(region) ? ".sc.otc.t-systems.com" : ".otc.t-systems.com"
      return "https://\(name).\(region)\(suffix)"
    case .huawei?: return "https://\(name).\(region).myhuaweicloud.com"
    case nil:
      for prefix in ["iam.", "iam-pub."] where url.host.asciiLowercased.hasPrefix(prefix) {
        return "\(url.scheme)://\(name).\(url.host.dropFirst(prefix.count))"
      }
      return url.origin
    }
  }
}
