/// The bytes of a file on NTFS, or of what else has bytes there, read anywhere.
struct NTFSStream {
  /// Clusters of the stream that lie one behind the other.
  struct Run {
    /// The first of them, counted in the stream.
    var start: UInt64
    var length: UInt64
    /// The first of them on the volume; nil for a hole.
    var place: UInt64?
  }

  let size: UInt64
  private let written: UInt64
  private let volume: GuestVolume
  private let cluster: UInt64
  private let resident: [UInt8]?
  /// Ascending.
  private let runs: [Run]

  /// From the parts of one attribute, in any order; throws `corrupt` or `unsupported` where they cannot be read.
  init(_ parts: [NTFSAttribute], _ volume: GuestVolume, cluster: UInt64) throws {
    guard let first = parts.first(where: { $0.start == 0 }) else {
      throw DiskImageError(.corrupt, "the first part of a file on NTFS is missing")
    }
    guard !first.isPacked else { throw DiskImageError(.unsupported, "a file on NTFS is compressed or encrypted") }
    self.volume = volume
    self.cluster = cluster
    size = first.size
    written = min(first.writtenSize, size)
    resident = first.isResident ? first.value : nil
    runs = first.isResident ? [] : try parts.sorted { $0.start < $1.start }.flatMap { try $0.runs() }
  }

  /// `count` bytes, fewer where the stream ends.
  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    guard offset < size, count > 0 else { return [] }
    let end = offset + min(UInt64(count), size - offset)
    if let resident {
      guard end <= UInt64(resident.count) else { throw Self.damaged }
      return Array(resident[Int(offset)..<Int(end)])
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(end - offset))
    var place = offset
    while place < end {
      guard place < written else { return bytes + [UInt8](repeating: 0, count: Int(end - place)) }
      let run = try run(of: place / cluster)
      // Runs are shorter than 2^52 clusters of at most 2 MiB, but may reach further than a number can tell.
      let (last, overflow) = (run.start + run.length).multipliedReportingOverflow(by: cluster)
      let stop = min(min(end, written), overflow ? end : last)
      let length = Int(stop - place)
      if let target = run.place {
        let skip = place - run.start * cluster
        bytes += try volume.read(block: target, of: cluster, skip: skip, count: length)
      } else {
        bytes += [UInt8](repeating: 0, count: length)
      }
      place = stop
    }
    return bytes
  }

  private func run(of number: UInt64) throws -> Run {
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].start <= number { low = middle + 1 } else { high = middle }
    }
    guard low > 0, number - runs[low - 1].start < runs[low - 1].length else { throw Self.damaged }
    return runs[low - 1]
  }

  private static var damaged: DiskImageError {
    DiskImageError(.corrupt, "a file on NTFS has no place for some of its bytes")
  }
}
