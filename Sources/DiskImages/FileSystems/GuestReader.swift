/// Reads a guest's disk in pages that it keeps, and ends a search that reads too much.
final class GuestReader {
  static let page: UInt64 = 4096

  let disk: any GuestDisk
  let limits: SystemSearchLimits
  private var pages: [UInt64: [UInt8]] = [:]
  private var reads = 0
  private var bytes: UInt64 = 0
  private var steps = 0

  init(_ disk: any GuestDisk, _ limits: SystemSearchLimits) {
    self.disk = disk
    self.limits = limits
  }

  /// Exactly `count` bytes; throws `corrupt` for a range that is not on the disk, and ``SystemSearchStop`` at the limits.
  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    try step()
    guard count > 0 else { return [] }
    guard let end = offset.adding(UInt64(count)), end <= disk.size else {
      throw DiskImageError(.corrupt, "\(count) bytes at offset \(offset) are asked for, the disk has \(disk.size)")
    }
    var out: [UInt8] = []
    out.reserveCapacity(count)
    var place = offset
    while place < end {
      let number = place / Self.page
      let bytes = try page(number, wanted: (end - 1) / Self.page - number + 1)
      let start = Int(place % Self.page)
      let stop = Int(min(Self.page, UInt64(start) + (end - place)))
      guard stop <= bytes.count else {
        throw DiskImageError(.truncated, "the image ends inside page \(number) of the disk")
      }
      out += bytes[start..<stop]
      place += UInt64(stop - start)
    }
    return out
  }

  /// Begins again, with what was read at hand.
  func restart() { steps = 0 }

  /// Counts a piece of work that may be made to go on for ever.
  func step() throws {
    steps += 1
    if steps > limits.steps { throw SystemSearchStop(reason: "more than \(limits.steps) steps are needed") }
  }

  /// One page, which is fetched together with those missing ones behind it that are wanted as well.
  private func page(_ number: UInt64, wanted: UInt64) throws -> [UInt8] {
    if let found = pages[number] { return found }
    var count: UInt64 = 1
    while count < min(wanted, 32), pages[number + count] == nil { count += 1 }
    let length = min(count * Self.page, disk.size - number * Self.page)
    guard reads < limits.reads else { throw SystemSearchStop(reason: "more than \(limits.reads) reads are needed") }
    guard bytes + length <= limits.bytes else {
      throw SystemSearchStop(reason: "more than \(SizeText.bytes(limits.bytes)) of the disk are needed")
    }
    guard disk.cost.bytes <= limits.fileBytes else {
      throw SystemSearchStop(reason: "more than \(SizeText.bytes(limits.fileBytes)) of the file are needed")
    }
    let fetched = try disk.read(at: number * Self.page, count: Int(length))
    reads += 1
    bytes += length
    for index in 0..<count {
      let start = Int(index * Self.page)
      pages[number + index] = Array(fetched[min(start, fetched.count)..<min(start + Int(Self.page), fetched.count)])
    }
    return pages[number] ?? []
  }
}
