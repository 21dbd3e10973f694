/// A Swift error on its way through a script: what a Lua error object points to.
///
/// Fields are made when they are asked for: most errors that scripts catch are only caught.
final class ErrorBox: Sendable {
  let error: any Error
  /// Where the script made the call that failed.
  let caller: LuaCaller?

  init(_ error: any Error, caller: LuaCaller?) {
    self.error = error
    self.caller = caller
  }

  var message: String {
    switch error {
    case let error as any ScriptError: error.scriptMessage
    case let error as LuaError: error.message
    case is CancellationError: "cancelled"
    default: "\(error)"
    }
  }

  /// The fields in order; of two with one name the first counts.
  var fields: [(String, LuaValue)] {
    var listed: [(String, LuaValue)] =
      switch error {
      case let error as any ScriptError: error.scriptFields
      case let error as LuaError: [("kind", .string(error.kind.name))]
      case is CancellationError: [("kind", "cancelled")]
      default: []
      }
    listed.append(("message", .string(message)))
    if let caller {
      listed.append(("source", .string(caller.source)))
      listed.append(("line", .integer(Int64(caller.line))))
    }
    return listed
  }

  func field(_ name: String) -> LuaValue { fields.first { $0.0 == name }?.1 ?? .nil }

  /// The message in one line.
  var line: String { message.split(whereSeparator: \.isNewline).joined(separator: " ") }

  static let type = ObjectType(
    "error", "An error raised by the host: fields `message`, `kind` and others; `tostring` gives one line.",
    description: { ($0 as? ErrorBox)?.line ?? "error" },
    lookUp: { object, name in (object as? ErrorBox)?.field(name) ?? .nil })
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
