import CloudAccess
import ImageImport
import PluginHost
import Workbench

/// The options of a command completed by the environment and the project file: a flag beats the environment, which beats the file, which beats
/// the default.
struct ProjectDefaults: Sendable {
  /// One setting with its value and who set it.
  struct Origin: Sendable {
    var name: String
    var value: String
    /// `--cloud`, a variable, a line of the project file, or nil for the default.
    var place: String?
    var isProject = false
  }

  /// The project file; nil where there is none.
  let path: String?
  private(set) var settings: Settings
  private(set) var origins: [Origin] = []

  /// Reads the project file that the options name, or the one in the working directory or above.
  ///
  /// - Throws: `CommandFailure` of status 78 with every mistake.
  init(_ given: Settings, environment: [String: String], workingDirectory: String) throws {
    settings = given
    var file = ProjectFile(directory: workingDirectory)
    // A plugin under test is looked at by itself.
    if given.plugins?.tested == nil {
      file = try PluginSession.attempt {
        try PluginChoice.project(given.plugins?.project ?? given.project, workingDirectory: workingDirectory)
      }
    }
    path = file.path
    let project = file.settings
    cloud(project, CloudChoice.resolver(environment, workingDirectory: workingDirectory), environment)
    settings.dialect = choose("dialect", given.dialect, "--dialect", project.dialect) { $0.rawValue }
    try requestRate(project, environment)
    settings.concurrentImports = choose(
      "concurrent_imports", given.concurrentImports, "--concurrent-imports", project.concurrentImports, usual: "40"
    ) { "\($0)" }
    let level = project.logLevel.flatMap { level in
      LogLevel(rawValue: level.value).map { ProjectSettings.Located(value: $0, place: level.place) }
    }
    settings.logLevel = choose("log_level", given.logLevel, "--log-level", level, usual: "info") { $0.rawValue }
    settings.ledger = choose("ledger", given.ledger, "--ledger", project.ledger, usual: "under XDG_STATE_HOME") { $0 }
    let usual = PreflightOptions()
    let skipped = given.preflight.skipped.isEmpty ? nil : given.preflight.skipped.sorted()
    settings.preflight.skipped = Set(
      choose("preflight.skip", skipped, "--skip-preflight", project.skippedChecks, usual: "nothing") {
        $0.joined(separator: ", ")
      } ?? [])
    let timeout = given.preflight.timeout == usual.timeout ? nil : given.preflight.timeout
    settings.preflight.timeout =
      choose(
        "preflight.timeout", timeout, "--preflight-timeout", project.preflightTimeout,
        usual: DurationText.short(usual.timeout)
      ) { DurationText.short($0) } ?? usual.timeout
  }

  /// What to say on standard error before any work, where the file decided anything: nobody should find out afterwards.
  var note: String? {
    let own = origins.filter(\.isProject)
    guard let path, !own.isEmpty else { return nil }
    let texts = own.map { "\($0.name) \($0.value)" }
    return "slipway: from \(DisplayText.harmless(path)): \(DisplayText.harmless(texts.joined(separator: "; ")))"
  }

  private mutating func cloud(
    _ project: ProjectSettings, _ resolver: ProfileResolver, _ environment: [String: String]
  ) {
    if let name = settings.cloud {
      origins.append(Origin(name: "cloud", value: name, place: "--cloud"))
    } else if resolver.environmentDecides {
      let name = environment["OS_CLOUD"].flatMap { $0.isEmpty ? nil : $0 }
      origins.append(
        Origin(name: "cloud", value: name ?? "by credentials", place: name == nil ? "the environment" : "OS_CLOUD"))
    } else if let cloud = project.cloud {
      settings.cloud = cloud.value
      settings.cloudSource = cloud.place
      origins.append(Origin(name: "cloud", value: cloud.value, place: cloud.place, isProject: true))
    }
  }

  private mutating func requestRate(_ project: ProjectSettings, _ environment: [String: String]) throws {
    let (name, variable) = ("requests_per_second", "SLIPWAY_REQUESTS_PER_SECOND")
    if settings.requestsPerSecond == nil, let text = environment[variable], !text.isEmpty {
      guard let number = Double(text), CloudOptions.requestRates.contains(number) else {
        throw CommandFailure(
          .configuration, "\(variable) must be a number from 0.01 to 1000000, got '\(text)'.",
          hint: "unset it for the usual 5 a second")
      }
      settings.requestsPerSecond = number
      return origins.append(Origin(name: name, value: "\(number.formatted())", place: variable))
    }
    settings.requestsPerSecond = choose(
      name, settings.requestsPerSecond, "--requests-per-second", project.requestsPerSecond, usual: "5"
    ) { $0.formatted() }
  }

  /// The flag's value, else the file's; notes whose it is.
  private mutating func choose<Value>(
    _ name: String, _ given: Value?, _ flag: String, _ project: ProjectSettings.Located<Value>?, usual: String? = nil,
    _ text: (Value) -> String
  ) -> Value? {
    if let given {
      origins.append(Origin(name: name, value: text(given), place: flag))
    } else if let project {
      origins.append(Origin(name: name, value: text(project.value), place: project.place, isProject: true))
    } else if let usual {
      origins.append(Origin(name: name, value: usual))
    }
    return given ?? project?.value
  }
}
