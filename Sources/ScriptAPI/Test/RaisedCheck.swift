import LuaHost

/// Calls a function that should raise, and compares its error with what was expected.
struct RaisedCheck: Sendable {
  private let text: String?
  private let fields: LuaTable?

  /// `expected` is a part of the message, a table of fields, or nil for any error.
  init(_ expected: LuaValue) {
    text = expected.stringValue
    fields = expected.tableValue
  }

  /// The error value that the function raised.
  /// - Throws: `TestFailure` when it raised none or another; whatever ends the run goes on.
  func error(of function: LuaFunction) async throws -> LuaValue {
    do {
      try await function.callDiscardingResults()
    } catch let error as LuaError {
      switch error.kind {
      // Lack of memory is nothing that a test could have expected.
      case .exit, .limit, .cancelled, .memory: throw error
      case .runtime, .syntax: break
      }
      try check(error)
      return error.value.isNil ? .string(error.message) : error.value
    }
    throw TestFailure("nothing was raised, expected an error\(wanted)", own: nil)
  }

  private var wanted: String {
    if let text { return " with '\(text)'" }
    return fields.map { " with \(ValueDifference.brief(.table($0)))" } ?? ""
  }

  private func check(_ error: LuaError) throws {
    let message = Self.message(error)
    if let text, !message.contains(text) {
      throw TestFailure("the error '\(message)' does not contain '\(text)'", own: nil)
    }
    guard let fields else { return }
    var wrong: [String] = []
    for (name, expected) in fields.fields {
      let got = name == "message" ? .string(message) : Self.field(name, of: error)
      if name == "message" || name == "hint", let part = expected.stringValue {
        if got.stringValue?.contains(part) != true {
          wrong.append(
            ".\(name): got \(ValueDifference.brief(got)), expected a text with \(ValueDifference.brief(expected))")
        }
      } else if let difference = ValueDifference.text(got: got, expected: expected) {
        wrong.append(".\(name): \(difference)")
      }
    }
    guard !wrong.isEmpty else { return }
    throw TestFailure((["another error was raised: \(message)"] + wrong).joined(separator: "\n"), own: nil)
  }

  private static func message(_ error: LuaError) -> String {
    if let failure = error.underlying as? any ScriptError { return failure.scriptMessage }
    if let table = error.value.tableValue, let text = table["message"].stringValue { return text }
    return error.message
  }

  private static func field(_ name: String, of error: LuaError) -> LuaValue {
    if let failure = error.underlying as? any ScriptError {
      return failure.scriptFields.first { $0.0 == name }?.1 ?? .nil
    }
    return error.value.tableValue?[name] ?? .nil
  }
}
