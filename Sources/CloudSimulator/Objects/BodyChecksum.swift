import Crypto

/// A checksum that newer S3 clients send along with a body, as a header or behind it.
struct BodyChecksum {
  /// The algorithms, by the last part of the header's name.
  enum Algorithm: String, CaseIterable {
    case crc32, crc32c, crc64nvme, sha1, sha256

    /// The header, in lower case.
    var header: String { "x-amz-checksum-\(rawValue)" }
  }

  private enum Running {
    case cyclic(CyclicChecksum)
    case sha1(Insecure.SHA1)
    case sha256(SHA256)
  }

  let algorithm: Algorithm
  private var running: Running

  init(_ algorithm: Algorithm) {
    self.algorithm = algorithm
    running =
      switch algorithm {
      case .crc32: .cyclic(CyclicChecksum(.crc32))
      case .crc32c: .cyclic(CyclicChecksum(.crc32c))
      case .crc64nvme: .cyclic(CyclicChecksum(.crc64nvme))
      case .sha1: .sha1(Insecure.SHA1())
      case .sha256: .sha256(SHA256())
      }
  }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    switch running {
    case .cyclic(var checksum):
      checksum.update(bytes)
      running = .cyclic(checksum)
    case .sha1(var hash):
      hash.update(bufferPointer: bytes)
      running = .sha1(hash)
    case .sha256(var hash):
      hash.update(bufferPointer: bytes)
      running = .sha256(hash)
    }
  }

  /// The checksum so far.
  var bytes: [UInt8] {
    switch running {
    case .cyclic(let checksum): checksum.bytes
    case .sha1(let hash): Array(hash.finalize())
    case .sha256(let hash): Array(hash.finalize())
    }
  }
}
