/// A Swift error on its way through a script: what a Lua error object points to.
final class ErrorBox: Sendable {
  let error: any Error
  let message: String
  let fields: [String: LuaValue]
  let order: [String]
  /// Where the script made the call that failed.
  let caller: LuaCaller?

  init(_ error: any Error, caller: LuaCaller?) {
    self.error = error
    self.caller = caller
    var listed: [(String, LuaValue)]
    switch error {
    case let error as any ScriptError:
      message = error.scriptMessage
      listed = error.scriptFields
    case let error as LuaError:
      message = error.message
      listed = [("kind", .string(error.kind.name))]
    case is CancellationError:
      message = "cancelled"
      listed = [("kind", "cancelled")]
    default:
      message = "\(error)"
      listed = []
    }
    listed.append(("message", .string(message)))
    if let caller {
      listed.append(("source", .string(caller.source)))
      listed.append(("line", .integer(Int64(caller.line))))
    }
    fields = Dictionary(listed, uniquingKeysWith: { first, _ in first })
    order = listed.map(\.0)
  }

  /// The message in one line.
  var line: String { message.split(whereSeparator: \.isNewline).joined(separator: " ") }

  static let type = ObjectType(
    "error", "An error raised by the host: fields `message`, `kind` and others; `tostring` gives one line.",
    description: { ($0 as? ErrorBox)?.line ?? "error" },
    lookUp: { object, name in (object as? ErrorBox)?.fields[name] ?? .nil })
}

extension LuaError.Kind {
  /// One word, as scripts see it in `err.kind`.
  var name: String {
    switch self {
    case .syntax: "syntax"
    case .runtime: "runtime"
    case .memory: "memory"
    case .limit: "limit"
    case .cancelled: "cancelled"
    case .exit: "exit"
    }
  }
}
