/// Everything needed to talk to one project of one cloud.
public struct CloudProfile: Sendable, Hashable {
  /// The name of the clouds.yaml entry, or a word for the source such as `environment`.
  public var name: String
  public var dialect: CloudDialect
  /// The region, for example `eu-de`.
  public var region: String
  /// The IAM endpoint with its version, for example `https://iam.eu-de.otc.t-systems.com/v3`.
  public var authURL: String
  public var credentials: Credentials
  /// The key for object storage, which takes signatures only, when the image service is used with a token.
  public var objectStorageKey: AccessKey?
  public var projectName: String?
  public var projectID: String?
  /// The domain the project belongs to, when it is not the user's.
  public var projectDomainName: String?
  public var projectDomainID: String?
  /// The account id, sent as `X-Domain-Id` when IAM is asked with an access key.
  public var domainID: String?
  /// Endpoints that win over the catalogue and the host patterns.
  public var endpointOverrides: [CloudService: String]
  public var signingForm: SigningForm
  /// Whether `X-Project-Id` and `X-Security-Token` are part of the signature; the OTC Go client leaves them out.
  public var signsExtraHeaders: Bool
  /// Whether tokens are asked for with their catalogue; without it host patterns name the endpoints.
  public var usesCatalog: Bool
  /// Whether the bucket stands in the path (`https://host/bucket/key`) rather than in the host.
  public var objectStoragePathStyle: Bool
  /// How requests to object storage are signed.
  public var objectStorageSignature: ObjectStorageSignature
  /// Whether the cloud lists the images of failed imports.
  public var killedImages = KilledImages.auto
  /// What the cloud is recognised by in a later run, where its endpoints do not tell since they change with every start.
  public var identity: String?
  public var verifyTLS: Bool
  /// A PEM file of certificate authorities to trust instead of the system's.
  public var caFile: String?
  public var timeouts: HTTPTimeouts

  public init(
    name: String, dialect: CloudDialect, region: String, authURL: String, credentials: Credentials,
    objectStorageKey: AccessKey? = nil, projectName: String? = nil, projectID: String? = nil,
    projectDomainName: String? = nil, projectDomainID: String? = nil, domainID: String? = nil,
    endpointOverrides: [CloudService: String] = [:], signingForm: SigningForm? = nil, signsExtraHeaders: Bool = true,
    usesCatalog: Bool = true, objectStoragePathStyle: Bool = false,
    objectStorageSignature: ObjectStorageSignature = .obs, verifyTLS: Bool = true, caFile: String? = nil,
    timeouts: HTTPTimeouts = HTTPTimeouts()
  ) {
    self.name = name
    self.dialect = dialect
    self.region = region
    self.authURL = authURL
    self.credentials = credentials
    self.objectStorageKey = objectStorageKey
    self.projectName = projectName
    self.projectID = projectID
    self.projectDomainName = projectDomainName
    self.projectDomainID = projectDomainID
    self.domainID = domainID
    self.endpointOverrides = endpointOverrides
    self.signingForm = signingForm ?? (authURL.contains(".otc.t-systems.com") ? .b : .a)
    self.signsExtraHeaders = signsExtraHeaders
    self.usesCatalog = usesCatalog
    self.objectStoragePathStyle = objectStoragePathStyle
    self.objectStorageSignature = objectStorageSignature
    self.verifyTLS = verifyTLS
    self.caFile = caFile
    self.timeouts = timeouts
  }

  /// The access key to sign object storage requests with, or `nil` when the profile holds none.
  public var keyForObjectStorage: AccessKey? {
    if let objectStorageKey { return objectStorageKey }
    if case .accessKey(let key) = credentials { return key }
    return nil
  }
}
