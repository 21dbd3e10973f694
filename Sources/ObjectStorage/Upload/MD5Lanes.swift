import CMD5

/// MD5 of up to sixteen messages at a time; see `cmd5.h` for why.
struct MD5Lanes {
  static let count = Int(CMD5_LANES)
  static let block = Int(CMD5_BLOCK)

  /// The digests of pieces that are read side by side, slice by slice.
  ///
  /// `read` fills the buffer with the bytes of a piece from an offset within it. No piece is held whole: sixteen slices
  /// are all the memory it takes. Throws what `read` or `check` throws; `check` is called before each slice.
  static func digests(
    sizes: [UInt64], slice: Int = 256 << 10, check: () throws -> Void,
    read: (_ piece: Int, _ offset: UInt64, _ buffer: UnsafeMutableRawBufferPointer) throws -> Void
  ) throws -> [[UInt8]] {
    precondition(sizes.count <= count && slice % block == 0)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: slice * max(1, sizes.count), alignment: 64)
    defer { memory.deallocate() }
    var state = cmd5_state()
    cmd5_begin(&state)
    var digests = [[UInt8]](repeating: [], count: sizes.count)
    var open = Array(sizes.indices)
    var offset: UInt64 = 0
    while !open.isEmpty {
      try check()
      // All lanes take as many blocks as the shortest of those still open has.
      let shortest = open.map { sizes[$0] - offset }.min() ?? 0
      let span = min(UInt64(slice), max(shortest / UInt64(block) * UInt64(block), 0))
      for lane in open where span > 0 {
        try read(lane, offset, buffer(of: lane, in: memory, slice, Int(span)))
      }
      take(&state, memory, slice, lanes: sizes.count, blocks: Int(span) / block)
      offset += span
      for lane in open where sizes[lane] - offset < UInt64(block) {
        let rest = Int(sizes[lane] - offset)
        let last = buffer(of: lane, in: memory, slice, rest)
        if rest > 0 { try read(lane, offset, last) }
        digests[lane] = end(state, lane, last, length: sizes[lane])
      }
      open.removeAll { !digests[$0].isEmpty }
    }
    return digests
  }

  private static func buffer(
    of lane: Int, in memory: UnsafeMutableRawBufferPointer, _ slice: Int, _ count: Int
  ) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: memory[(lane * slice)..<(lane * slice + count)])
  }

  /// Lanes without a piece, or whose piece has ended, take any bytes: nobody asks for their digests.
  private static func take(
    _ state: inout cmd5_state, _ memory: UnsafeMutableRawBufferPointer, _ slice: Int, lanes: Int, blocks: Int
  ) {
    guard blocks > 0, let base = memory.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    let pointers = (0..<count).map { lane -> UnsafePointer<UInt8>? in
      UnsafePointer(base + (lane < lanes ? lane * slice : 0))
    }
    pointers.withUnsafeBufferPointer { cmd5_take(&state, $0.baseAddress, blocks) }
  }

  private static func end(
    _ state: cmd5_state, _ lane: Int, _ last: UnsafeMutableRawBufferPointer, length: UInt64
  ) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 16)
    withUnsafePointer(to: state) { state in
      cmd5_end(
        state, Int32(lane), last.baseAddress?.assumingMemoryBound(to: UInt8.self), last.count, length, &digest)
    }
    return digest
  }
}
