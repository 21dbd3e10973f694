/// What ended a script, or kept it from starting.
public struct LuaError: Error, Sendable, CustomStringConvertible {
  /// What sort of end it was.
  public enum Kind: Sendable, Equatable {
    /// The text is not Lua; `incomplete` when more text could complete it.
    case syntax(incomplete: Bool)
    /// The script raised, or a host function did.
    case runtime
    /// The VM's memory limit was reached.
    case memory
    /// Another limit was reached.
    case limit(LuaLimits.Kind)
    /// The surrounding Swift task, or the Lua task, was cancelled.
    case cancelled
    /// The script called `os.exit`.
    case exit(Int32)
  }

  public var kind: Kind
  /// The message in one line where possible, without the position.
  public var message: String
  /// The chunk the error was raised in, such as "fleet.lua".
  public var source: String?
  /// The line it was raised at, counted from 1.
  public var line: Int?
  /// The Lua stack at that moment, through awaited tasks; empty when there is none.
  public var traceback: String
  /// The error value as the script raised it; `nil` when it cannot leave the VM.
  public var value: LuaValue
  /// The Swift error behind it, if a host function threw one.
  public var underlying: (any Error)?
  /// Other failures that came with this one and that no script has seen: of tasks nobody awaited, of siblings in a group.
  public var related: [LuaError] = []
  /// The task that raised it, until the traceback names it.
  var origin: TaskOrigin?
  /// The VM in which nil was raised, which has no reference.
  var raisedNil: VMHandle?
  /// The raised Lua value itself, so that raising it again in the same VM raises the same value.
  var reference: LuaReference?
  /// The VM whose run was ended by a limit or `os.exit`; for others it is an error like any other.
  var endedVM: VMHandle?

  /// Makes an error.
  public init(
    kind: Kind, message: String, source: String? = nil, line: Int? = nil, traceback: String = "",
    value: LuaValue = .nil, underlying: (any Error)? = nil
  ) {
    self.kind = kind
    self.message = message
    self.source = source
    self.line = line
    self.traceback = traceback
    self.value = value
    self.underlying = underlying
  }

  /// The position, if known, and the message.
  public var description: String {
    guard let source else { return message }
    guard let line else { return "\(source): \(message)" }
    return "\(source):\(line): \(message)"
  }
}

extension LuaError {
  /// Whether the text is not Lua.
  var isAboutText: Bool { if case .syntax = kind { true } else { false } }
}
