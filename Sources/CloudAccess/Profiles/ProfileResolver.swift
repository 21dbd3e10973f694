import Foundation

/// Finds the profile to use: a named entry of clouds.yaml, else the environment, else a file.
///
/// A source is taken as a whole: settings of two sources are not mixed, but for the `SLIPWAY_*` switches, endpoint
/// variables and certificate authorities, which serve every source.
public struct ProfileResolver: Sendable {
  let environment: [String: String]
  let workingDirectory: String
  let homeDirectory: String

  public init(environment: [String: String], workingDirectory: String, homeDirectory: String) {
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.homeDirectory = homeDirectory
  }

  /// The profile of that name, or the one configured; `nil` when nothing is configured at all.
  ///
  /// Throws a ``ConfigurationError`` that names the file or variable, the entry and the field.
  public func resolve(name: String?) throws(ConfigurationError) -> CloudProfile? {
    try explain(name: name)?.profile
  }

  /// As ``resolve(name:)``, with the source that won and why.
  public func explain(name: String?) throws(ConfigurationError) -> ResolvedProfile? {
    let chosen = name ?? environment["OS_CLOUD"].flatMap { $0.isEmpty ? nil : $0 }
    let reason = name == nil ? "OS_CLOUD names it" : "the command line names it"
    if let chosen {
      guard let file = try cloudsFile() else {
        throw ConfigurationError(
          message: "\(reason == "OS_CLOUD names it" ? "OS_CLOUD" : "--cloud") names the cloud \(chosen), "
            + "but there is no clouds.yaml.",
          hint: "searched: " + candidates.joined(separator: ", "))
      }
      return try build(file.settings(of: chosen), [reason])
    }
    var reasons = ["no cloud is named by --cloud or OS_CLOUD"]
    for settings in [ProfileSettings.openStack(environment), .huawei(environment)] {
      if settings.hasCredentials {
        return try build(settings, reasons + ["\(settings.source) hold credentials"])
      }
      reasons.append("\(settings.source) hold no credentials")
    }
    if let file = try cloudsFile(), !file.names.isEmpty {
      guard file.names.count == 1 else {
        throw ConfigurationError(
          message: "\(file.path) has \(file.names.count) clouds, and none is chosen.",
          hint: "choose with --cloud NAME or OS_CLOUD: " + file.names.joined(separator: ", "))
      }
      return try build(file.settings(of: file.names[0]), reasons + ["it is the only entry of the file"])
    }
    reasons.append("there is no clouds.yaml")
    if let settings = try HuaweiCredentialsFile.settings(environment: environment, homeDirectory: homeDirectory),
      settings.hasCredentials
    {
      return try build(settings, reasons + ["the Huawei SDK's credentials file exists"])
    }
    return nil
  }

  /// The names of the entries of clouds.yaml, sorted; none where there is no file or it cannot be read.
  public var cloudNames: [String] { (try? cloudsFile())?.names ?? [] }

  private var candidates: [String] {
    CloudsFile.candidates(
      environment: environment, workingDirectory: workingDirectory, homeDirectory: homeDirectory)
  }

  private func cloudsFile() throws(ConfigurationError) -> CloudsFile? {
    try CloudsFile.find(
      environment: environment, workingDirectory: workingDirectory, homeDirectory: homeDirectory)
  }

  private func build(_ settings: ProfileSettings, _ reasons: [String]) throws(ConfigurationError) -> ResolvedProfile {
    var settings = settings
    settings.fillSwitches(environment)
    let profile = try ProfileBuilder(settings: settings, environment: environment).profile()
    let places = ProfileSettings.Field.allCases.compactMap { field in
      settings.place(field).map { (setting: field.rawValue, place: $0) }
    }
    return ResolvedProfile(profile: profile, source: settings.source, reasons: reasons, places: places)
  }
}
