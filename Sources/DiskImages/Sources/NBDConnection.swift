/// A client of the NBD protocol, as far as reading from a server of one export on this machine needs it.
///
/// Fixed newstyle handshake with the default export; simple replies for reading, structured ones where the connection
/// asks for the map of zeros. Numbers are big-endian. One thread at a time may use a connection.
final class NBDConnection: Sendable {
  /// What went wrong: the server is gone, or refused with an error number of the protocol.
  enum Failure: Error, Hashable {
    case disconnected
    case unexpected(String)
    case refused(UInt32)
  }

  /// A stretch of the export, and whether it reads as zeros.
  struct Extent: Sendable, Hashable {
    var length: UInt64
    var isZero: Bool
  }

  private enum Option: UInt32 {
    case go = 7
    case structuredReply = 8
    case setMetaContext = 10
  }

  private enum Reply: UInt32 {
    case acknowledge = 1
    case info = 3
    case metaContext = 4
  }

  private static let greeting: UInt64 = 0x4E42_444D_4147_4943
  private static let optionMagic: UInt64 = 0x4948_4156_454F_5054
  private static let replyMagic: UInt64 = 0x0003_E889_0455_65A9
  private static let requestMagic: UInt32 = 0x2560_9513
  private static let simpleMagic: UInt32 = 0x6744_6698
  private static let structuredMagic: UInt32 = 0x668E_33EF

  /// Bytes of the export.
  let size: UInt64
  /// Whether the server tells which stretches are zero.
  let hasMap: Bool
  private let socket: StreamSocket

  /// Shakes hands; with `map` the connection is for ``map(from:)``, else for reading.
  init(_ socket: StreamSocket, map: Bool) throws {
    self.socket = socket
    let hello = ByteFields(try Self.receive(socket, 18))
    guard hello.big64(0) == Self.greeting, hello.big64(8) == Self.optionMagic, hello.big16(16) & 1 == 1 else {
      throw Failure.unexpected("greeting")
    }
    var flags = BigEndianBytes()
    flags.add(UInt32(3))
    guard socket.send(flags.bytes) else { throw Failure.disconnected }
    var hasMap = false
    if map, try Self.negotiate(socket, .structuredReply, []) != nil {
      var query = BigEndianBytes()
      let name = "base:allocation"
      query.add(UInt32(0))
      query.add(UInt32(1))
      query.add(UInt32(name.utf8.count))
      query.add(name)
      hasMap = try Self.negotiate(socket, .setMetaContext, query.bytes)?.contains { $0.type == .metaContext } ?? false
    }
    var choice = BigEndianBytes()
    choice.add(UInt32(0))
    choice.add(UInt16(0))
    let facts = try Self.negotiate(socket, .go, choice.bytes)
    guard let export = facts?.first(where: { $0.type == .info && $0.data.big16(0) == 0 && $0.data.count >= 12 }) else {
      throw Failure.unexpected("export")
    }
    size = export.data.big64(2)
    self.hasMap = hasMap
  }

  /// Fills `buffer` with what stands at `offset`.
  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws {
    try request(0, offset, UInt32(buffer.count))
    let head = ByteFields(try Self.receive(socket, 16))
    guard head.big32(0) == Self.simpleMagic else { throw Failure.unexpected("reply") }
    guard head.big32(4) == 0 else { throw Failure.refused(head.big32(4)) }
    guard socket.receive(into: buffer) else { throw Failure.disconnected }
  }

  /// The stretches from `offset` on, covering at most `count` bytes and at least one stretch.
  func map(from offset: UInt64, count: UInt32) throws -> [Extent] {
    try request(7, offset, count)
    var extents: [Extent] = []
    while true {
      let head = ByteFields(try Self.receive(socket, 20))
      guard head.big32(0) == Self.structuredMagic, head.big32(16) <= 1 << 24 else {
        throw Failure.unexpected("chunk of a reply")
      }
      let content = ByteFields(try Self.receive(socket, Int(head.big32(16))))
      let type = head.big16(6)
      if type & 0x8000 != 0 { throw Failure.refused(content.big32(0)) }
      if type == 5 {
        for place in stride(from: 4, to: content.count - 7, by: 8) {
          // Bit 0 tells of a hole, bit 1 that the bytes read as zeros.
          let isZero = content.big32(place + 4) & 2 != 0
          extents.append(Extent(length: UInt64(content.big32(place)), isZero: isZero))
        }
      }
      if head.big16(4) & 1 == 1 { break }
    }
    guard extents.contains(where: { $0.length > 0 }) else { throw Failure.unexpected("map") }
    return extents
  }

  /// Ends the connection; calls that wait for the server fail.
  func shutDown() { socket.shutDown() }

  private func request(_ command: UInt16, _ offset: UInt64, _ length: UInt32) throws {
    var request = BigEndianBytes()
    request.add(Self.requestMagic)
    request.add(UInt16(0))
    request.add(command)
    request.add(UInt64(0))
    request.add(offset)
    request.add(length)
    guard socket.send(request.bytes) else { throw Failure.disconnected }
  }

  /// Sends an option and gives all that came before the server's acknowledgement; nil when it does not know the option.
  private static func negotiate(
    _ socket: StreamSocket, _ option: Option, _ data: [UInt8]
  ) throws -> [(type: Reply, data: ByteFields)]? {
    var message = BigEndianBytes()
    message.add(optionMagic)
    message.add(option.rawValue)
    message.add(UInt32(data.count))
    guard socket.send(message.bytes + data) else { throw Failure.disconnected }
    var replies: [(Reply, ByteFields)] = []
    while true {
      let head = ByteFields(try receive(socket, 20))
      guard head.big64(0) == replyMagic, head.big32(8) == option.rawValue, head.big32(16) <= 65536 else {
        throw Failure.unexpected("reply to an option")
      }
      let content = ByteFields(try receive(socket, Int(head.big32(16))))
      if head.big32(12) & 0x8000_0000 != 0 { return nil }
      guard let type = Reply(rawValue: head.big32(12)) else { continue }
      if type == .acknowledge { return replies }
      replies.append((type, content))
    }
  }

  private static func receive(_ socket: StreamSocket, _ count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard socket.receive(into: UnsafeMutableRawBufferPointer(buffer)) else { throw Failure.disconnected }
      initialized = count
    }
  }
}
