extension ProfileResolver {
  /// Whether the environment decides which cloud is used when nothing else names one: it names an entry of clouds.yaml or holds
  /// credentials.
  public var environmentDecides: Bool {
    if let name = environment["OS_CLOUD"], !name.isEmpty { return true }
    return ProfileSettings.openStack(environment).hasCredentials || ProfileSettings.huawei(environment).hasCredentials
  }
}
