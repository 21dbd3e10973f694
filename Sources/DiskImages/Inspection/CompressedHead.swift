import CZlib
import CZstd

/// Unpacks the first bytes of compressed files, to see what is in them.
enum CompressedHead {
  /// The first bytes of what a gzip file holds; fewer, or none, where it is damaged.
  static func gunzip(_ packed: [UInt8], limit: Int) -> [UInt8] {
    inflate(packed, windowBits: 15 + 16, limit: limit)
  }

  /// What a deflate stream holds, as far as it can be unpacked; `windowBits` are zlib's, -15 for a bare stream.
  static func inflate(_ packed: [UInt8], windowBits: Int32, limit: Int) -> [UInt8] {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, size) == Z_OK else { return [] }
    defer { inflateEnd(&stream) }
    var input = packed
    return [UInt8](unsafeUninitializedCapacity: limit) { output, initialized in
      initialized = input.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(limit)
        _ = CZlib.inflate(&stream, Z_SYNC_FLUSH)
        return limit - Int(stream.avail_out)
      }
    }
  }

  /// The same for a zstd file; none where it needs a window that only hostile or very special files have.
  static func unzstd(_ packed: [UInt8], limit: Int) -> [UInt8] {
    guard let context = ZSTD_createDCtx() else { return [] }
    defer { ZSTD_freeDCtx(context) }
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 24)
    return [UInt8](unsafeUninitializedCapacity: limit) { output, initialized in
      initialized = packed.withUnsafeBytes { source in
        var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: limit, pos: 0)
        while target.pos < target.size {
          let (before, used) = (target.pos, input.pos)
          guard ZSTD_isError(ZSTD_decompressStream(context, &target, &input)) == 0 else { break }
          if target.pos == before, input.pos == used { break }
        }
        return target.pos
      }
    }
  }

  /// The size of the content that a zstd file's first frame announces; nil where it does not.
  static func zstdContentSize(_ packed: [UInt8]) -> UInt64? {
    let size = packed.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
    // The two highest numbers mean that the size is not told, and that this is no frame.
    return size < UInt64.max - 1 ? size : nil
  }
}
