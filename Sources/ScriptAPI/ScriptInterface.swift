import CloudAccess
import ImageImport
import Logging
import LuaHost

/// Everything scripts can use, as stubs, reference and help present it.
public enum ScriptInterface {
  /// The version of the program and its script API.
  public static let version = "0.1.0"

  /// The interface without a session: for writing it down. Calling what needs a cloud fails.
  public static var standard: HostInterface {
    let logger = Logger(label: "slipway") { _ in SwiftLogNoOpLogHandler() }
    let cloud = CloudConnector(dialect: .otc) { throw ConfigurationError(message: "no cloud is connected here") }
    return describe(ScriptContext(workingDirectory: "/", logger: logger, cloud: cloud).modules)
  }

  /// The interface of a session's modules.
  public static func describe(_ modules: [HostModule]) -> HostInterface {
    var globals = LuaGlobals.standard
    globals.values.append(
      HostConstant(
        "arg", .nil, "The words after the script's name; `arg[0]` is the script itself.", type: .list(.string)))
    return HostInterface(
      program: "slipway \(version)", modules: modules, globals: globals, errorKinds: errorKinds,
      errorFields: errorFields)
  }

  /// The pages of the reference: file name and text.
  public static var reference: [(path: String, text: String)] {
    var writer = ReferenceWriter(standard)
    writer.indexName = "script-api.md"
    writer.introduction = """
      # Script API reference

      Written from the declarations of the functions themselves; a test keeps it current, another runs every example. A parameter or
      field with `?` may be left out or nil. Functions marked *waits* suspend the calling coroutine; other tasks go on meanwhile.

      In an editor: `slipway types --luarc` writes the same as annotations. In the REPL: `?ims.import`.
      """
    return writer.pages
  }

  private static let errorKinds: [HostErrorKind] =
    ImportError.Kind.allCases.map { HostErrorKind($0.rawValue, meaning($0)) } + [
      HostErrorKind("configuration", "no cloud is configured, or its entry is wrong"),
      HostErrorKind("plugin", "a plugin failed while it gave what was asked of it"),
      HostErrorKind("test", "a check of a test does not hold; see the module `test`"),
    ]
    + HostErrorKind.standard.filter { kind in !ImportError.Kind.allCases.contains { $0.rawValue == kind.name } }

  private static func meaning(_ kind: ImportError.Kind) -> String {
    switch kind {
    case .validation: "a rule refused the request; `err.report` has every finding; nothing was sent"
    case .preflight: "the cloud says that the import cannot succeed; `err.report` has every finding; nothing was sent"
    case .authentication: "the cloud does not accept who asks"
    case .permission: "who asks may not do this"
    case .not_found: "there is no such thing"
    case .conflict: "something is in the way, such as an image of the same name"
    case .quota: "no more images may be made"
    case .throttled: "the cloud asks for patience and retries did not help"
    case .service: "the cloud answered with an error of its own, or with what says nothing"
    case .network: "no answer came; after a submit the outcome may be unknown, and the hint says how to find out"
    case .timeout: "a time limit is over; a job goes on and can be waited for again"
    case .job_failed: "the cloud gave up; see `err.code` and `err.job_status`"
    case .cancelled: "what was waited for was cancelled"
    case .capability: "the script has not been granted this"
    case .argument: "a call was wrong: an argument, a field or a receiver"
    }
  }

  private static let errorFields = [
    HostParameter("code", .string, "The cloud's code, such as IMG.0009 or APIGW.0301.", optional: true),
    HostParameter("status", .integer, "The HTTP status, when an answer came.", optional: true),
    HostParameter("request_id", .string, "The id under which the cloud's support finds the request.", optional: true),
    HostParameter("hint", .string, "What to do.", optional: true),
    HostParameter("retryable", .boolean, "Whether the same call may succeed later.", optional: true),
    HostParameter("cause", .string, "What lies beneath.", optional: true),
    HostParameter("job", .object("ims.Job"), "The job, if there is one.", optional: true),
    HostParameter("job_status", ImsRecords.jobStatus, "The last answer about it.", optional: true),
    HostParameter("report", ImsRecords.report, "What the rules found.", optional: true),
    HostParameter("image", .object("ims.Image"), "The request.", optional: true),
    HostParameter("synthetic", .boolean, "True where a dry run made the failure up.", optional: true),
  ]
}
