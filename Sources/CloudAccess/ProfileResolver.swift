import Foundation

/// Finds the profile to use.
public struct ProfileResolver {
  public init(environment: [String: String], workingDirectory: String, homeDirectory: String) {}

  public func resolve(name: String?) throws -> CloudProfile? {
    throw ConfigurationError(message: "The resolver is not built in yet.")
  }
}
