/// What a typed function returns: one value, or several as `LuaResults`.
public protocol HostResult: Sendable {
  /// The types that documentation shows, and whether each may be `nil`.
  static var resultTypes: [(type: LuaType, isOptional: Bool)] { get }
  /// Writes all results.
  /// - Throws: `ArgumentError` when one cannot go into the VM.
  func writeResults(to writer: HostWriter) throws
}

extension HostConvertible {
  public static var resultTypes: [(type: LuaType, isOptional: Bool)] { [(luaType, isOptional)] }

  @inlinable
  public func writeResults(to writer: HostWriter) throws { try write(to: writer) }
}

/// Several results of one call: `return LuaResults(quotient, remainder)`.
public struct LuaResults<each R: HostConvertible>: HostResult {
  /// The results in order.
  public let values: (repeat each R)

  /// Joins results.
  @inlinable
  public init(_ values: repeat each R) { self.values = (repeat each values) }

  public static var resultTypes: [(type: LuaType, isOptional: Bool)] {
    var types: [(type: LuaType, isOptional: Bool)] = []
    for type in repeat (each R).self { types.append((type.luaType, type.isOptional)) }
    return types
  }

  @inlinable
  public func writeResults(to writer: HostWriter) throws {
    for value in repeat each values { try value.write(to: writer) }
  }
}
