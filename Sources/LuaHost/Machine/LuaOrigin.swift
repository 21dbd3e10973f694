import CLuaHost

/// Where a function was defined.
public struct LuaOrigin: Sendable, Equatable {
  /// The chunk's name, such as "fleet.lua".
  public let source: String
  /// The lines of the definition, counted from 1; nil for a chunk as a whole.
  public let lines: ClosedRange<Int>?
}

extension LuaVM {
  /// Where a function was defined in Lua; nil for one written in C or Swift, and for one of another VM.
  public func origin(of function: LuaFunction) -> LuaOrigin? {
    guard function.reference.handle === handle else { return nil }
    var origin = clh_origin()
    guard clh_describe_function(state.vm, function.reference.number, &origin), !origin.is_native else { return nil }
    let name = String(decoding: VMState.bytes(origin.source, origin.length), as: UTF8.self)
    let (first, last) = (Int(origin.first_line), Int(origin.last_line))
    return LuaOrigin(
      source: name.first.map { "@=".contains($0) } == true ? String(name.dropFirst()) : name,
      lines: first > 0 && last >= first ? first...last : nil)
  }
}
