/// What a client needs to reach a local cloud: one endpoint for IAM, IMS and OBS (path style), and both kinds of credentials.
///
/// It holds secrets in the clear; they open nothing but this local cloud.
public struct LocalCloudAccess: Sendable, Codable, Equatable {
  /// Address such as `http://127.0.0.1:8080`, without a path.
  public var endpoint: String
  /// Access key id.
  public var accessKey: String
  /// Secret access key.
  public var secretKey: String
  /// User name.
  public var user: String
  /// Password of the user.
  public var password: String
  /// Domain (account) name.
  public var domain: String
  /// Project name.
  public var project: String
  /// Project id, 32 hexadecimal digits.
  public var projectID: String
  /// Region name.
  public var region: String

  /// From its parts.
  public init(
    endpoint: String, accessKey: String, secretKey: String, user: String, password: String, domain: String,
    project: String, projectID: String, region: String
  ) {
    self.endpoint = endpoint
    self.accessKey = accessKey
    self.secretKey = secretKey
    self.user = user
    self.password = password
    self.domain = domain
    self.project = project
    self.projectID = projectID
    self.region = region
  }

  enum CodingKeys: String, CodingKey {
    case endpoint
    case accessKey = "access_key"
    case secretKey = "secret_key"
    case user, password, domain, project
    case projectID = "project_id"
    case region
  }
}
