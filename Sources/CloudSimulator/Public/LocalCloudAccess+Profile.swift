import CloudAccess

extension LocalCloudAccess {
  /// A profile of this cloud for a client in the same process: login by password, object storage by access key.
  public var profile: CloudProfile {
    profile(credentials: .password(passwordCredentials))
  }

  /// The same with every request signed by the access key instead of a token.
  public var signedProfile: CloudProfile {
    var profile = profile(credentials: .accessKey(key))
    profile.endpointOverrides = [.image: endpoint, .objectStorage: endpoint]
    return profile
  }

  private var key: AccessKey { AccessKey(access: accessKey, secret: Secret(secretKey)) }

  private var passwordCredentials: PasswordCredentials {
    PasswordCredentials(userName: user, password: Secret(password), userDomainName: domain)
  }

  private func profile(credentials: Credentials) -> CloudProfile {
    CloudProfile(
      name: "local", dialect: .otc, region: region, authURL: endpoint + "/v3", credentials: credentials,
      objectStorageKey: key, projectName: project, projectID: projectID,
      signingForm: .b, objectStoragePathStyle: true)
  }
}
