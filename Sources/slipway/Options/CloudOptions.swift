import ArgumentParser
import CloudAccess

/// Which cloud, and how loud; shared by every command that talks to one.
struct CloudOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Use this entry of clouds.yaml; 'local' is the built-in local cloud, which also runs when nothing is configured.",
      valueName: "name"),
    completion: Completions.clouds)
  var cloud: String?

  @Option(
    help: ArgumentHelp(
      "Where the built-in local cloud keeps its state and buckets (DIR/buckets/BUCKET/KEY). Also SLIPWAY_LOCAL_CLOUD.",
      valueName: "dir"))
  var localCloud: String?

  @Option(
    help: ArgumentHelp(
      "How many times faster the local cloud's time runs: 1000 in the built-in one. For a slipway cloud of its own on this machine, say what it was started with.",
      valueName: "x"))
  var clockScale: Double?

  @Option(help: ArgumentHelp("Whose rules to follow: otc or huawei. The cloud's own by default.", valueName: "dialect"))
  var dialect: CloudDialect?

  @Option(
    help: ArgumentHelp(
      "How many requests a second the image service gets at most; 5 by default, more where --clock-scale is. Also SLIPWAY_REQUESTS_PER_SECOND.",
      valueName: "number"))
  var requestsPerSecond: Double?

  @Option(
    help: ArgumentHelp(
      "How many imports are under way at once, at most: 40, which is what the service takes.", valueName: "number"))
  var concurrentImports: Int?

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("text, table, json (one object a line) or yaml (a document each).", valueName: "form"))
  var form: OutputForm = .text

  @Option(
    help: ArgumentHelp("trace, debug, info, warning or error, on standard error; info by default.", valueName: "level"))
  var logLevel: LogLevel?

  @OptionGroup var faults: FaultOptions

  static let requestRates = 0.01...1e6

  func validate() throws {
    if cloud == "" { throw ValidationError("--cloud must name an entry of clouds.yaml, got ''.") }
    if localCloud == "" { throw ValidationError("--local-cloud must name a directory, got ''.") }
    if let requestsPerSecond, !Self.requestRates.contains(requestsPerSecond) {
      throw ValidationError("--requests-per-second must be from 0.01 to 1000000, got \(requestsPerSecond).")
    }
    if let concurrentImports, !(1...1_000_000).contains(concurrentImports) {
      throw ValidationError("--concurrent-imports must be from 1 to 1000000, got \(concurrentImports).")
    }
    if let clockScale, !(clockScale > 0 && clockScale <= 1e6) {
      throw ValidationError("--clock-scale must be above 0 and at most 1000000, got \(clockScale).")
    }
  }
}
