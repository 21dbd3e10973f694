extension ProfileBuilder {
  /// The credentials the source holds: as `auth_type` says, else token before password before access key.
  func credentials() throws(ConfigurationError) -> Credentials {
    switch try method() {
    case .token:
      guard let token = settings[.token] else { throw missing(.token, "auth.token or OS_TOKEN") }
      return .token(Secret(token))
    case .password: return .password(try password())
    case .accessKey:
      guard let key = try accessKey() else { throw missing(.access_key, "access_key or OS_ACCESS_KEY") }
      return .accessKey(key)
    }
  }

  /// The key for object storage beside a token or password: its own, or the source's access key.
  func objectStorageKey() throws(ConfigurationError) -> AccessKey? {
    if let access = settings[.object_access_key] {
      guard let secret = settings[.object_secret_key] else {
        throw missing(.object_secret_key, "S3_SECRET_ACCESS_KEY")
      }
      return AccessKey(
        access: access, secret: Secret(secret), securityToken: settings[.object_security_token].map { Secret($0) })
    }
    return try accessKey()
  }

  private enum Method { case token, password, accessKey }

  private func method() throws(ConfigurationError) -> Method {
    if let type = settings[.auth_type] {
      switch type.lowercased() {
      case "password", "v3password", "v3totp", "v3multifactor": return .password
      case "token", "v3token": return .token
      case "aksk", "v3aksk": return .accessKey
      default: throw wrong(.auth_type, expected: "password, token or aksk")
      }
    }
    if settings[.token] != nil { return .token }
    if settings[.password] != nil { return .password }
    if settings[.access_key] != nil || settings[.secret_key] != nil { return .accessKey }
    if settings[.username] != nil || settings[.user_id] != nil {
      throw missing(.password, "auth.password, OS_PASSWORD or HW_USER_PASSWORD")
    }
    throw ConfigurationError(
      message: "\(settings.source) holds no credentials.",
      hint: "set username and password, a token, or access_key and secret_key")
  }

  private func password() throws(ConfigurationError) -> PasswordCredentials {
    guard let password = settings[.password] else {
      throw missing(.password, "auth.password, OS_PASSWORD or HW_USER_PASSWORD")
    }
    let credentials = PasswordCredentials(
      userName: settings[.username], userID: settings[.user_id], password: Secret(password),
      userDomainName: settings[.user_domain_name], userDomainID: settings[.user_domain_id],
      passcode: settings[.passcode].map { Secret($0) })
    guard credentials.userID != nil || credentials.userName != nil else {
      throw missing(.username, "auth.username, OS_USERNAME or HW_USER_NAME")
    }
    guard credentials.userID != nil || credentials.userDomainName != nil || credentials.userDomainID != nil else {
      throw missing(.user_domain_name, "auth.user_domain_name, OS_USER_DOMAIN_NAME or HW_DOMAIN_NAME (the account)")
    }
    return credentials
  }

  private func accessKey() throws(ConfigurationError) -> AccessKey? {
    let (access, secret) = (settings[.access_key], settings[.secret_key])
    if access == nil, secret == nil { return nil }
    guard let access else { throw missing(.access_key, "access_key, OS_ACCESS_KEY or HUAWEICLOUD_SDK_AK") }
    guard let secret else { throw missing(.secret_key, "secret_key, OS_SECRET_KEY or HUAWEICLOUD_SDK_SK") }
    return AccessKey(
      access: access, secret: Secret(secret), securityToken: settings[.security_token].map { Secret($0) })
  }
}
