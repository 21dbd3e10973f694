import Foundation

@testable import DiskImages

/// Damages files, from a seed, and holds what an inspection says of them against what must hold for any file.
struct InspectionFuzzer {
  /// What must never happen, with the case that shows it.
  struct Fault: Error, CustomStringConvertible {
    var description: String
  }

  /// Most bytes, and most reads, for a look at a file far away.
  static let mostBytes: UInt64 = 2 << 20
  static let mostReads = 96

  let specimens: [FuzzSpecimen]
  var random: SeededGenerator
  private(set) var cases = 0
  private(set) var mostBytesSeen: UInt64 = 0
  private(set) var mostReadsSeen = 0
  private(set) var slowest = Duration.zero

  init(_ specimens: [FuzzSpecimen], seed: UInt64) {
    self.specimens = specimens
    random = SeededGenerator(seed: seed)
  }

  /// Makes and tries one case.
  mutating func step() async throws {
    guard var file = specimens.randomElement(using: &random) else { return }
    for _ in 0..<Int.random(in: 1...6, using: &random) { damage(&file) }
    if Bool.random(using: &random) { repair(&file) }
    let name = Int.random(in: 0..<4, using: &random) == 0 ? ["a.raw", "a.zvhd2", "a.vmdk", nil][cases % 4] : file.name
    cases += 1
    let begin = ContinuousClock.now
    let report = try DiskInspector.inspect(file, fileName: name)
    try judge(report, file)
    try await lookFromAfar(file, name)
    try await lookForSystem(file, name)
    slowest = max(slowest, begin.duration(to: .now))
  }

  private mutating func lookFromAfar(_ file: FuzzSpecimen, _ name: String?) async throws {
    var bytes: UInt64 = 0
    var reads = 0
    let report = try await DiskInspector.inspect(size: file.size, fileName: name) { range in
      guard range.upperBound <= file.size, range.lowerBound < range.upperBound else {
        throw Fault(description: "\(file.name): a range \(range) outside of \(file.size) bytes is asked for")
      }
      reads += 1
      bytes += range.upperBound - range.lowerBound
      guard reads <= Self.mostReads, bytes <= Self.mostBytes else {
        throw Fault(description: "\(file.name): \(bytes) bytes in \(reads) reads are asked for")
      }
      return try file.read(at: range.lowerBound, count: Int(range.upperBound - range.lowerBound))
    }
    try judge(report, file)
    mostBytesSeen = max(mostBytesSeen, bytes)
    mostReadsSeen = max(mostReadsSeen, reads)
  }

  /// A look for the operating system ends as well, and never reads more than its limits allow.
  private func lookForSystem(_ file: FuzzSpecimen, _ name: String?) async throws {
    let near = try DiskInspector.inspectWithSystem(file, fileName: name)
    try judge(near, file)
    guard let search = near.systemSearch, (search.system == nil) != (search.reason == nil) else {
      throw Fault(description: "\(file.name), case \(cases): neither a system nor a reason: \(near)")
    }
    let limits = SystemSearchLimits()
    // The last read of all may go over the limit by its own length.
    guard search.cost.bytes <= limits.fileBytes + (4 << 20) else {
      throw Fault(description: "\(file.name), case \(cases): \(search.cost) is read")
    }
    var cost = ReadCost()
    let far = try await DiskInspector.inspectWithSystem(size: file.size, fileName: name) { range in
      guard range.upperBound <= file.size, range.lowerBound < range.upperBound else {
        throw Fault(description: "\(file.name): a range \(range) outside of \(file.size) bytes is asked for")
      }
      cost.add(range.count)
      guard cost.reads <= 300, cost.bytes <= SystemSearchLimits.distant.fileBytes + (4 << 20) else {
        throw Fault(description: "\(file.name), case \(cases): \(cost) is asked for")
      }
      return try file.read(at: range.lowerBound, count: range.count)
    }
    try judge(far, file)
  }

  /// What holds for any file.
  private func judge(_ report: DiskInspection, _ file: FuzzSpecimen) throws {
    func check(_ holds: Bool, _ what: String) throws {
      guard holds else { throw Fault(description: "\(file.name), case \(cases): \(what): \(report)") }
    }
    try check(report.fileSize == file.size, "the file size is wrong")
    try check(report.minDisk == report.virtualSize.map(DiskInspection.gibibytes), "min_disk does not fit the size")
    try check(!report.isEmpty || !report.isImportable, "an empty file is importable")
    try check(report.isImportable || !report.reasons.isEmpty, "refused without a reason")
    try check(report.findings.count < 1000 && report.partitions.count <= 512, "endless findings")
    var texts = report.findings.flatMap { [$0.message, $0.hint ?? ""] } + [report.advice ?? "", report.variant ?? ""]
    for part in report.partitions { texts += [part.name, part.label, part.fileSystem ?? ""] }
    for detail in report.details {
      switch detail.value {
      case .text(let text): texts.append(text)
      case .list(let items): texts += items
      case .number, .flag: break
      }
    }
    if let system = report.operatingSystem {
      texts += [system.id, system.displayName, system.versionID ?? "", system.version ?? "", system.fullVersion ?? ""]
      texts += [system.logicalVolume ?? "", system.path]
    }
    texts.append(report.systemSearch?.reason ?? "")
    for text in texts {
      try check(text.utf8.count < 8192, "an endless text")
      try check(
        !text.unicodeScalars.contains { $0.value < 32 || (0x7F..<0xA0).contains($0.value) }, "control characters")
    }
  }

  private mutating func damage(_ file: inout FuzzSpecimen) {
    switch Int.random(in: 0..<12, using: &random) {
    case 0: file.size = .random(in: 0...file.size, using: &random)
    case 1:
      let sizes: [UInt64] = [0, 1, 511, 512, 4096, 1 << 20, 1 << 40, 1 << 62]
      file.size = sizes.randomElement(using: &random) ?? 0
    case 2:
      // A stretch of noise.
      let place = place(in: file)
      for offset in 0..<UInt64.random(in: 1...64, using: &random) {
        file.put(.random(in: 0...255, using: &random), at: place &+ offset)
      }
    case 3:
      // Another place of the same file.
      guard let bytes = try? file.read(at: place(in: file), count: 64) else { return }
      let place = place(in: file)
      for (offset, byte) in bytes.enumerated() { file.put(byte, at: place &+ UInt64(offset)) }
    case 4...7:
      let place = place(in: file) & ~3
      let value = number(file.size)
      let width = [1, 2, 4, 8].randomElement(using: &random) ?? 4
      let isBig = Bool.random(using: &random)
      for index in 0..<width {
        file.put(
          UInt8(truncatingIfNeeded: value >> UInt64(8 * (isBig ? width - 1 - index : index))),
          at: place &+ UInt64(index))
      }
    default: file.put(.random(in: 0...255, using: &random), at: place(in: file))
    }
  }

  /// A number that headers get wrong: an extreme, or one near the file's size.
  private mutating func number(_ size: UInt64) -> UInt64 {
    let whole = UInt64.max
    let extremes: [UInt64] = [0, 1, 1 << 31, 1 << 32, 1 << 40, 1 << 62, 1 << 63, whole, whole / 512, whole / 4096]
    let own: [UInt64] = [size, size / 512, size / 2]
    let base = (extremes + own).randomElement(using: &random) ?? 0
    return base &+ UInt64.random(in: 0...2, using: &random) &- 1
  }

  /// A place that an inspection reads, more often near the start of a piece, where the fields are.
  private mutating func place(in file: FuzzSpecimen) -> UInt64 {
    guard let piece = file.pieces.randomElement(using: &random), !piece.bytes.isEmpty else { return 0 }
    let reach = Bool.random(using: &random) ? min(piece.bytes.count, 160) : piece.bytes.count
    return piece.offset + UInt64(Int.random(in: 0..<reach, using: &random))
  }

  /// Makes checksums fit again, so that the damage gets past them.
  private func repair(_ file: inout FuzzSpecimen) {
    for index in file.pieces.indices {
      let piece = file.pieces[index]
      let fields = ByteFields(piece.bytes)
      for start in stride(from: 0, to: min(piece.bytes.count, 16384), by: 512) {
        if fields.has("ustar", at: start + 257) {
          var sum = 0
          for offset in 0..<512 { sum += (148..<156).contains(offset) ? 32 : Int(fields[start + offset]) }
          let digits = String(sum, radix: 8)
          file.replace(
            index, start + 148, Array((String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "\0 ").utf8))
        } else if fields.has("EFI PART", at: start), fields.count >= start + 92 {
          file.replace(index, start + 12, [92, 0, 0, 0, 0, 0, 0, 0])
          let sum = GPTHeader.crc32(Array(file.pieces[index].bytes[start..<start + 92]))
          file.replace(index, start + 16, (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) })
        } else if fields.has("z2strm", at: start) || fields.has("stream", at: start), fields.count >= start + 512 {
          let sum = ZVHD2Header.checksum(of: Array(piece.bytes[start..<start + 512]))
          file.replace(index, start + 64, (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) })
        }
      }
      if fields.has("head", at: 0), fields.count == 4096 {
        let sum = CRC32C.checksum(of: piece.bytes, zeroing: 4)
        file.replace(index, 4, (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) })
      }
    }
  }
}

extension FuzzSpecimen {
  fileprivate mutating func replace(_ piece: Int, _ offset: Int, _ bytes: [UInt8]) {
    guard offset + bytes.count <= pieces[piece].bytes.count else { return }
    pieces[piece].bytes.replaceSubrange(offset..<offset + bytes.count, with: bytes)
  }
}
