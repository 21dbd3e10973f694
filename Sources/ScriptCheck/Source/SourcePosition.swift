/// A place in a script as people count: from 1.
public struct SourcePosition: Hashable, Sendable, Comparable {
  /// The line, as Lua counts them.
  public let line: Int
  /// The character of the line: Unicode scalars, a tab counts as one.
  public let column: Int
  /// The byte of the whole source, from 0.
  public let offset: Int

  public static func < (left: SourcePosition, right: SourcePosition) -> Bool { left.offset < right.offset }
}
