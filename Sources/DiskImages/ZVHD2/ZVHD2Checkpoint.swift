/// A place in a ``ZVHD2Stream`` to go on from: what is new since the checkpoint before it.
struct ZVHD2Checkpoint {
  /// What the first checkpoint of a stream holds: all that the bytes depend on besides image and level.
  struct Start {
    var timestamp: UInt32
    var uuid: [UInt8]
    var diskSize: UInt64
  }

  /// Bytes given before this place.
  var given: UInt64
  /// Frames that ended since the checkpoint before and not behind this place.
  var frames: [(block: UInt32, length: UInt32)] = []

  init(given: UInt64) {
    self.given = given
  }

  /// 8 bytes for the place, 8 for each frame; all little-endian.
  var encoded: [UInt8] {
    var out = LittleEndianBytes(count: 8 + 8 * frames.count)
    out.put(given, at: 0)
    for (number, frame) in frames.enumerated() {
      out.put(frame.block, at: 8 + 8 * number)
      out.put(frame.length, at: 12 + 8 * number)
    }
    return out.bytes
  }

  init(parsing bytes: [UInt8]) throws {
    let fields = ByteFields(bytes)
    guard fields.count >= 8, fields.count % 8 == 0 else { throw Self.misfit("it has \(fields.count) bytes") }
    given = fields.little64(0)
    for place in stride(from: 8, to: fields.count, by: 8) {
      frames.append((fields.little32(place), fields.little32(place + 4)))
    }
  }

  static func misfit(_ reason: String) -> DiskImageError {
    DiskImageError(
      .corrupt, "a checkpoint of an earlier run does not fit the image: \(reason)", hint: "begin from the start")
  }
}

extension ZVHD2Checkpoint.Start {
  private static let mark = Array("zvhd2-1\n".utf8)

  var encoded: [UInt8] {
    var out = LittleEndianBytes(count: 36)
    out.put(Self.mark, at: 0)
    out.put(diskSize, at: 8)
    out.put(timestamp, at: 16)
    out.put(uuid, at: 20)
    return out.bytes
  }

  init(parsing bytes: [UInt8]) throws {
    let fields = ByteFields(bytes)
    guard fields.count == 36, fields.has(Self.mark, at: 0) else {
      throw ZVHD2Checkpoint.misfit("it does not begin as one")
    }
    diskSize = fields.little64(8)
    timestamp = fields.little32(16)
    uuid = fields.slice(20, 16)
  }
}
