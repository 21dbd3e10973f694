public import NIOCore

/// The body of a request that is made while it is sent, of a length known before: what is too large to be held in memory.
public struct HTTPBodyStream: Sendable {
  /// The number of bytes; sending fails when other than these come.
  public var length: UInt64
  /// The next bytes, and nil at the end. Called again only when the network has taken those before.
  public var next: @Sendable () async throws -> ByteBuffer?

  public init(length: UInt64, next: @escaping @Sendable () async throws -> ByteBuffer?) {
    self.length = length
    self.next = next
  }
}
