/// A user's name or id with a password, and the domain (the account) the user belongs to.
public struct PasswordCredentials: Sendable, Hashable {
  public var userName: String?
  /// The user's id; when set, name and domain are not needed.
  public var userID: String?
  public var password: Secret
  public var userDomainName: String?
  public var userDomainID: String?
  /// The one-time code of a virtual MFA device.
  public var passcode: Secret?

  public init(
    userName: String? = nil, userID: String? = nil, password: Secret, userDomainName: String? = nil,
    userDomainID: String? = nil, passcode: Secret? = nil
  ) {
    self.userName = userName
    self.userID = userID
    self.password = password
    self.userDomainName = userDomainName
    self.userDomainID = userDomainID
    self.passcode = passcode
  }
}
