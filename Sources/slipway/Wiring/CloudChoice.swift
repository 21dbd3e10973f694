import CloudAccess
import CloudSimulator
import Foundation

/// Which cloud a command talks to, decided before anything is sent: a flag beats the environment, which beats files.
enum CloudChoice: Sendable {
  /// The built-in local cloud; `asked` tells whether the user named it or nothing else was configured.
  case local(LocalCloudConfiguration, asked: Bool)
  /// A cloud from the configuration.
  case remote(CloudProfile)

  /// The name that picks the built-in local cloud.
  static let localName = "local"

  init(_ options: Settings, environment: [String: String], workingDirectory: String) throws {
    let name = options.cloud ?? environment["OS_CLOUD"].flatMap { $0.isEmpty ? nil : $0 }
    if name != Self.localName {
      let resolver = ProfileResolver(
        environment: environment, workingDirectory: workingDirectory, homeDirectory: NSHomeDirectory())
      if var profile = try resolver.resolve(name: options.cloud) {
        if let dialect = options.dialect { profile.dialect = dialect }
        self = .remote(profile)
        return
      }
    }
    var configuration = LocalCloudConfiguration(
      dataDirectory: options.localCloud ?? Self.dataDirectory(environment))
    configuration.clockScale = options.clockScale
    configuration.dialect = options.dialect ?? .otc
    self = .local(configuration, asked: name == Self.localName)
  }

  /// Whose rules requests are held against.
  var dialect: CloudDialect {
    switch self {
    case .local(let configuration, _): configuration.dialect
    case .remote(let profile): profile.dialect
    }
  }

  /// What to say on standard error before any work, or nil: nobody should take the local cloud for a real one.
  var banner: String? {
    guard case .local(let configuration, let asked) = self else { return nil }
    let why = asked ? "" : " (no cloud is configured)"
    let scale = configuration.clockScale == 1 ? "" : ", time ×\(configuration.clockScale.formatted())"
    return "slipway: built-in local cloud\(why) in \(configuration.dataDirectory)\(scale)"
  }

  private static func dataDirectory(_ environment: [String: String]) -> String {
    if let given = environment["SLIPWAY_LOCAL_CLOUD"], !given.isEmpty { return given }
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/slipway/local-cloud" }
    return NSHomeDirectory() + "/.local/share/slipway/local-cloud"
  }
}
