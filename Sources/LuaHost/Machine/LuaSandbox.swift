import CLuaHost

/// How much of Lua a script gets.
public enum LuaSandbox: Sendable, Hashable {
  /// A user's own script: Lua's libraries as far as they are safe in a host, and those of `allowing` on top.
  case trusted(allowing: Set<LuaLibrary>)
  /// Somebody else's script: nothing but a closed list of functions that cannot reach the machine.
  case sandboxed

  /// The bits of `clh_limits.sandbox`.
  var flags: UInt32 {
    switch self {
    case .sandboxed: UInt32(CLH_SANDBOXED)
    case .trusted(let libraries): libraries.reduce(0) { $0 | $1.flag }
    }
  }
}
