import CloudAccess
import ImageImport
import LuaHost
import Logging

/// What one script session may reach, handed to every module.
///
/// Modules take all they need from here and never from global state, so that a test or a plugin gets a world of its own.
public struct ScriptContext: Sendable {
  /// The words after the script's name.
  public var arguments: [String]
  /// The path of the script as it was given; nil in the REPL.
  public var scriptPath: String?
  /// The environment that `env.get` reads.
  public var environment: [String: String]
  /// Where relative paths of `fs` and `csv` start.
  public var workingDirectory: String
  /// Where `log` writes.
  public var logger: Logger
  /// Wall clock and sleeping, replaced in tests.
  public var time: any TimeSource
  /// The cloud, connected on first use only.
  public var cloud: CloudConnector
  /// What `test.case` declares to; nil where no tests are run.
  public var tests: TestSession?
  /// What the scripts may use; by default all that the user may, but no network.
  public var access: any ScriptAccess = UserAccess()
  /// Talks HTTP for scripts.
  public var web: WebClient
  /// What plugins do to imports; the connected service has the same.
  public var hooks: any ImportHooks = NoHooks()
  /// Modules that come from elsewhere, such as the sources of plugins.
  public var extraModules: [HostModule] = []
  /// How imports are submitted when a call says nothing else.
  public var submission = SubmitOptions()
  /// Asks the user what to do about an import that was not found; nil where there is nobody to ask.
  public var askAboutLostImport: (@Sendable (ImportRecord) async throws -> NotFoundPolicy.Decision)?
  /// Opens the record of what was submitted; a session without one has an empty history.
  public var openHistory: @Sendable () async throws -> any ImportRecordStore = { InMemoryRecordStore() }

  /// Takes down what would change the world, in place of doing it; nil where scripts are in earnest.
  public var rehearsal: (any Rehearsal)?

  /// Where unfinished uploads are remembered; nil for nowhere.
  public var uploadsDirectory: String?
  /// Learns of what happens to disk files that become images.
  public var observeFile: @Sendable (ImageFilePlan, ImageFileEvent) -> Void = { _, _ in }

  /// Creates the world of one session.
  public init(
    arguments: [String] = [], scriptPath: String? = nil, environment: [String: String] = [:], workingDirectory: String,
    logger: Logger, time: any TimeSource = SystemTime(), cloud: CloudConnector
  ) {
    self.arguments = arguments
    self.scriptPath = scriptPath
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.logger = logger
    self.time = time
    self.cloud = cloud
    web = WebClient(environment: environment, time: time)
  }

  /// The directory of the script, or the working directory where there is none.
  public var scriptDirectory: String {
    guard let scriptPath, let slash = scriptPath.lastIndex(of: "/") else { return "." }
    return slash == scriptPath.startIndex ? "/" : String(scriptPath[..<slash])
  }

  /// Makes a path of a script absolute, from the working directory.
  public func resolve(_ path: String) -> String {
    path.hasPrefix("/") ? path : workingDirectory + "/" + path
  }

  /// The absolute path of a file a script names; throws for what cannot be a path at all.
  func file(_ path: String) throws -> String {
    guard !path.isEmpty, !path.utf8.contains(0), path.utf8.count < 4096 else {
      throw ScriptFailure(
        path.isEmpty ? "the path is empty" : "'\(path.prefix(60))' is no path",
        hint: "a path has 1 to 4095 bytes and none of them is zero")
    }
    return resolve(path)
  }

  /// Every module a workflow can `require`, in the order of the reference.
  public var modules: [HostModule] {
    [
      ImsModule.make(self), HistoryModule.make(self), TaskModule.module, LogModule.make(self), JSONModule.make(),
      YAMLModule.make(), CSVModule.make(self), ArgsModule.make(self), EnvModule.make(self), TimeModule.make(self),
      FSModule.make(self), DiskModule.make(self), ObsModule.make(self), HTTPModule.make(self), TestModule.make(self),
    ] + extraModules
  }
}
