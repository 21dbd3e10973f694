import LuaHost
import Synchronization

/// One run of a test file: collects its cases, or finds the one that is to run.
///
/// The file runs once to list the cases and once more for each of them, so that no case sees what another left behind.
public final class TestSession: Sendable {
  /// A case as the file declares it.
  public struct Case: Sendable, Equatable {
    public var name: String
    /// The line of `test.case`; 0 when unknown.
    public var line: Int
  }

  /// What has to be called for a case.
  public struct Body: Sendable {
    public var before: [LuaFunction]
    public var function: LuaFunction
  }

  private struct State {
    var cases: [Case] = []
    var before: [LuaFunction] = []
    var function: LuaFunction?
    var isDeclaring = true
  }

  private let wanted: String?
  private let state = Mutex(State())

  /// A run that lists the cases, or with a name one that finds this case.
  public init(running name: String? = nil) {
    wanted = name
  }

  /// The cases declared so far, in their order.
  public var cases: [Case] { state.withLock { $0.cases } }

  /// Whether the file itself still runs, rather than one of its cases.
  public var isDeclaring: Bool { state.withLock { $0.isDeclaring } }

  /// Ends the declarations and gives the case that was asked for; nil when the file did not declare it.
  public func begin() -> Body? {
    state.withLock { state in
      state.isDeclaring = false
      defer { (state.function, state.before) = (nil, []) }
      return state.function.map { Body(before: state.before, function: $0) }
    }
  }

  func declare(_ name: String, _ function: LuaFunction?, line: Int) throws {
    try state.withLock { state in
      guard state.isDeclaring else {
        throw ScriptFailure("test.case: '\(name)' stands inside another case", hint: "declare cases side by side")
      }
      guard name.contains(where: { !$0.isWhitespace }) else { throw ScriptFailure("test.case: the name is empty") }
      if let other = state.cases.first(where: { $0.name == name }) {
        throw ScriptFailure("test.case: there is a case '\(name)' already, at line \(other.line)")
      }
      state.cases.append(Case(name: name, line: line))
      if name == wanted { state.function = function }
    }
  }

  func addBefore(_ function: LuaFunction?) throws {
    try state.withLock { state in
      guard state.isDeclaring else {
        throw ScriptFailure("test.before_each stands inside a case", hint: "declare it beside the cases")
      }
      if wanted != nil, let function { state.before.append(function) }
    }
  }
}
