/// What proves to the cloud who is calling.
public enum Credentials: Sendable, Hashable {
  /// A password, exchanged for a project token that is cached and renewed.
  case password(PasswordCredentials)
  /// A token obtained elsewhere; it cannot be renewed.
  case token(Secret)
  /// An access key, with which every request is signed.
  case accessKey(AccessKey)
}
