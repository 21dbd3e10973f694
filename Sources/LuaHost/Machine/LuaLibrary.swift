import CLuaHost

/// A library of Lua that reaches the machine, and which a trusted script gets only when it is allowed.
public enum LuaLibrary: String, Sendable, Hashable, CaseIterable {
  /// Files: the whole library, and `dofile` and `loadfile`.
  case io
  /// Programs, files and the environment: `os.execute`, `getenv`, `remove`, `rename`, `tmpname`, `setlocale`.
  case os

  var flag: UInt32 {
    switch self {
    case .io: UInt32(CLH_ALLOW_IO)
    case .os: UInt32(CLH_ALLOW_OS)
    }
  }
}
