import Cassette
import CloudAccess
import CloudSimulator
import Foundation
import Workbench

/// Which cloud a command talks to, decided before anything is sent: a flag beats the environment, which beats files.
enum CloudChoice: Sendable {
  /// The built-in local cloud; `asked` tells whether the user named it or nothing else was configured.
  case local(LocalCloudConfiguration, asked: Bool)
  /// A cloud from the configuration.
  /// `source` tells where it was found, if the command line did not name it.
  case remote(CloudProfile, source: String?)

  /// The name that picks the built-in local cloud.
  static let localName = "local"

  init(_ options: Settings, environment: [String: String], workingDirectory: String) throws {
    let name = options.cloud ?? environment["OS_CLOUD"].flatMap { $0.isEmpty ? nil : $0 }
    if name != Self.localName {
      let resolver = Self.resolver(environment, workingDirectory: workingDirectory)
      if let found = try Self.attempt(options, { try resolver.explain(name: options.cloud) }) {
        var profile = found.profile
        if let dialect = options.dialect { profile.dialect = dialect }
        guard options.trouble.isEmpty else {
          throw ConfigurationError(
            message: "Faults and switches are for the local cloud, but the cloud chosen is '\(profile.name)'.",
            hint: "add --cloud local")
        }
        let source = options.cloudSource.map { "\(found.source), as \($0) says" } ?? found.source
        self = .remote(profile, source: options.cloud == nil || options.cloudSource != nil ? source : nil)
        return
      }
    }
    var configuration = LocalCloudConfiguration(
      dataDirectory: options.localCloud ?? Self.dataDirectory(environment))
    configuration.clockScale = options.clockScale ?? 1000
    configuration.dialect = options.dialect ?? .otc
    try options.trouble.apply(to: &configuration)
    self = .local(configuration, asked: name == Self.localName)
  }

  /// The cloud of a recorded run.
  init(replaying content: CassetteContent) throws {
    let player = CassettePlayer(content, path: "", time: SystemTime(), scrubber: SecretScrubber())
    if content.cloud == nil {
      // Nobody connects to it; the rules for requests are all that counts.
      let nobody = CloudProfile(
        name: "none", dialect: content.header.dialect, region: "none", authURL: "http://none.invalid/v3",
        credentials: .token(Secret(SecretScrubber.mark)))
      self = .remote(nobody, source: nil)
      return
    }
    do {
      self = .remote(try player.profile(), source: nil)
    } catch let error as CassetteError {
      throw CommandFailure(.usage, DisplayText.harmless(error.message), hint: error.hint)
    }
  }

  /// Names what named the cloud in errors that take it for the command line.
  private static func attempt<Found>(_ options: Settings, _ body: () throws -> Found) throws -> Found {
    do {
      return try body()
    } catch let error as ConfigurationError {
      guard let source = options.cloudSource else { throw error }
      throw ConfigurationError(
        message: error.message.replacing("--cloud names", with: "\(source) names"), hint: error.hint)
    }
  }

  /// Whose rules requests are held against.
  var dialect: CloudDialect {
    switch self {
    case .local(let configuration, _): configuration.dialect
    case .remote(let profile, _): profile.dialect
    }
  }

  /// How much faster the cloud's time runs than this machine's, for what waits on it; a cloud elsewhere has real time.
  func clockScale(_ given: Double?) -> Double {
    switch self {
    case .local(let configuration, _): configuration.clockScale
    case .remote(let profile, _):
      ["127.0.0.1", "localhost", "[::1]"].contains { profile.authURL.hasPrefix("http://\($0):") } ? given ?? 1 : 1
    }
  }

  /// What to say on standard error before any work, or nil where the command line named a cloud: nobody should take the local cloud
  /// for a real one, or import into a cloud that some file or variable chose unseen.
  var banner: String? {
    switch self {
    case .local(let configuration, let asked):
      let why = asked ? "" : " (no cloud is configured)"
      let scale = configuration.clockScale == 1 ? "" : ", time ×\(configuration.clockScale.formatted())"
      let count = configuration.faults.count
      let faults = count == 0 ? "" : ", \(count) fault\(count == 1 ? "" : "s") set"
      return "slipway: built-in local cloud\(why) in \(configuration.dataDirectory)\(scale)\(faults)"
    case .remote(_, source: nil): return nil
    case .remote(let profile, let source?):
      return
        "slipway: cloud '\(DisplayText.harmless(profile.name))' in region \(DisplayText.harmless(profile.region)), "
        + "taken from \(DisplayText.harmless(source))"
    }
  }

  /// Finds profiles as every command does.
  static func resolver(_ environment: [String: String], workingDirectory: String) -> ProfileResolver {
    ProfileResolver(
      environment: environment, workingDirectory: workingDirectory, homeDirectory: home(environment))
  }

  /// `HOME` as the shell sees it; without it, what the system's list of users says.
  private static func home(_ environment: [String: String]) -> String {
    if let home = environment["HOME"], home.hasPrefix("/") { return home }
    return NSHomeDirectory()
  }

  private static func dataDirectory(_ environment: [String: String]) -> String {
    if let given = environment["SLIPWAY_LOCAL_CLOUD"], !given.isEmpty { return given }
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/slipway/local-cloud" }
    return home(environment) + "/.local/share/slipway/local-cloud"
  }
}
