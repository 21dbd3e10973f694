import CloudAccess
import ImageImport
import ScriptAPI

/// What the option groups say, as a plain value: ArgumentParser's own cannot be made by hand.
struct Settings: Sendable {
  var cloud: String?
  var localCloud: String?
  var clockScale: Double?
  var dialect: CloudDialect?
  var form = OutputForm.text
  /// Nil for info.
  var logLevel: LogLevel?
  var trouble = Trouble()

  /// The project file, for a command without plugins; nil for the one that is found.
  var project: String?

  /// What named the cloud, if it was not the command line.
  var cloudSource: String?

  /// The request budget; nil for the usual one.
  var requestsPerSecond: Double?

  /// How many imports are under way at once; nil for as many as the service takes.
  var concurrentImports: Int?

  /// The ledger's file; nil for the standard one.
  var ledger: String?
  var marksImages = true
  var onNotFound = NotFoundChoice.fail
  var preflight = PreflightOptions()

  /// The file to record into, or to replay from.
  var record: String?
  var replay: String?

  /// The name of the script, for the record.
  var script: String?

  /// Which plugins; nil for a command that has none.
  var plugins: PluginChoice?

  /// Whether what plugins print is data, as it is for a command of theirs.
  var printsPlugins = false

  /// What scripts may reach.
  var access = UserAccess()

  /// Stands between the session and the cloud, and between scripts and other servers; nil for nothing.
  var layer: TransportLayer?
  var webLayer: TransportLayer?

  /// The same with plugins and what scripts may reach.
  func with(_ plugins: PluginOptions, _ access: AccessOptions? = nil, watch: Bool = false) throws -> Settings {
    var settings = self
    settings.plugins = plugins.choice
    settings.plugins?.isWatching = watch
    if let access { settings.access = try access.access() }
    return settings
  }

  /// The same with what is to be recorded or replayed.
  func with(_ tape: RecordOptions, script: String? = nil) -> Settings {
    var settings = self
    settings.record = tape.record
    settings.replay = tape.replay
    settings.script = script
    // What a replay knows is in its file, and what it does is nobody's business later.
    if tape.replay != nil { settings.ledger = LedgerAccess.none }
    return settings
  }
}

extension CloudOptions {
  var settings: Settings {
    Settings(
      cloud: cloud, localCloud: localCloud, clockScale: clockScale, dialect: dialect, form: form, logLevel: logLevel,
      trouble: faults.trouble, requestsPerSecond: requestsPerSecond,
      concurrentImports: concurrentImports)
  }

  /// The same with what was said about the ledger and about preflight.
  func settings(_ ledger: LedgerOptions, _ preflight: PreflightFlags? = nil) -> Settings {
    var settings = settings
    if let preflight { settings.preflight = preflight.options }
    settings.ledger = ledger.ledger
    settings.marksImages = !ledger.noMarker
    settings.onNotFound = ledger.onNotFound
    return settings
  }
}
