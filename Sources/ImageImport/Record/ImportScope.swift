import CloudAccess

/// Where an import belongs: keys of one scope say nothing about another.
public struct ImportScope: Sendable, Hashable {
  /// The host of the identity service, in lower case and without its port.
  ///
  /// It is the same whatever a clouds.yaml calls the cloud, and the built-in local cloud has another port in every run; the
  /// project id keeps clouds on one host apart.
  public var cloud: String

  /// The project's id.
  public var project: String
  public var region: String

  public init(cloud: String, project: String, region: String) {
    self.cloud = cloud
    self.project = project
    self.region = region
  }

  /// The scope of a profile whose project's id is known.
  public init(profile: CloudProfile, projectID: String) {
    self.init(cloud: ImportScope.host(profile.authURL), project: projectID, region: profile.region)
  }

  private static func host(_ url: String) -> String {
    var rest = Substring(url)
    if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
    rest = rest.prefix { $0 != "/" && $0 != "?" }
    if let user = rest.lastIndex(of: "@") { rest = rest[rest.index(after: user)...] }
    if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
      rest = rest[...end]
    } else {
      rest = rest.prefix { $0 != ":" }
    }
    return rest.lowercased()
  }
}
