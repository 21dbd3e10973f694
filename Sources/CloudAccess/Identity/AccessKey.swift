/// An access key: the key id, its secret, and for temporary keys the security token.
public struct AccessKey: Sendable, Hashable {
  /// The key id (AK). It is sent in the clear and names the key in messages.
  public var access: String
  /// The secret (SK), which never leaves the machine.
  public var secret: Secret
  /// The security token of a temporary key.
  public var securityToken: Secret?

  public init(access: String, secret: Secret, securityToken: Secret? = nil) {
    self.access = access
    self.secret = secret
    self.securityToken = securityToken
  }
}
