/// One thing that a record of NTFS says about a file: its bytes, or where on the volume they are.
struct NTFSAttribute {
  static let list: UInt32 = 0x20
  static let data: UInt32 = 0x80
  static let indexRoot: UInt32 = 0x90
  static let indexBlocks: UInt32 = 0xA0

  private static let mostRuns = 65536

  private let fields: ByteFields

  init(_ fields: ByteFields) {
    self.fields = fields
  }

  var type: UInt32 { fields.little32(0) }
  var isResident: Bool { fields[8] == 0 }
  /// Compressed or encrypted, so that its bytes are not what they stand for.
  var isPacked: Bool { fields.little16(12) & 0x40FF != 0 }
  /// The first cluster of the file that this part of an attribute is about.
  var start: UInt64 { isResident ? 0 : fields.little64(16) }
  var size: UInt64 { isResident ? UInt64(fields.little32(16)) : fields.little64(48) }
  /// Bytes that were ever written; those behind are zeros.
  var writtenSize: UInt64 { isResident ? size : fields.little64(56) }
  /// The bytes of one that is resident.
  var value: [UInt8] { fields.slice(Int(fields.little16(20)), Int(min(fields.little32(16), 1 << 20))) }

  var name: String {
    let place = Int(fields.little16(10))
    let units = (0..<Int(fields[9])).map { fields.little16(place + 2 * $0) }
    return String(decoding: units, as: UTF16.self)
  }

  /// Where the bytes of one that is not resident lie; throws `corrupt` for runs that cannot be.
  func runs() throws -> [NTFSStream.Run] {
    var runs: [NTFSStream.Run] = []
    var place = Int(fields.little16(32))
    var (cluster, target) = (start, Int64(0))
    while place < fields.count, fields[place] != 0 {
      let (lengthBytes, offsetBytes) = (Int(fields[place] & 15), Int(fields[place] >> 4))
      let end = place + 1 + lengthBytes + offsetBytes
      guard (1...8).contains(lengthBytes), offsetBytes <= 8, end <= fields.count, runs.count < Self.mostRuns else {
        throw Self.damaged
      }
      let length = UInt64(truncatingIfNeeded: number(place + 1, lengthBytes, isSigned: false))
      guard length > 0, let next = cluster.adding(length), next < 1 << 52 else { throw Self.damaged }
      var run = NTFSStream.Run(start: cluster, length: length, place: nil)
      if offsetBytes > 0 {
        let (sum, overflow) = target.addingReportingOverflow(
          number(place + 1 + lengthBytes, offsetBytes, isSigned: true))
        guard !overflow, (0..<1 << 52).contains(sum) else { throw Self.damaged }
        target = sum
        run.place = UInt64(sum)
      }
      runs.append(run)
      cluster = next
      place = end
    }
    return runs
  }

  private func number(_ offset: Int, _ width: Int, isSigned: Bool) -> Int64 {
    var value: UInt64 = 0
    for index in 0..<width { value |= UInt64(fields[offset + index]) << UInt64(8 * index) }
    let unused = 64 - 8 * width
    guard isSigned, unused > 0 else { return Int64(bitPattern: value) }
    return Int64(bitPattern: value << UInt64(unused)) >> Int64(unused)
  }

  private static var damaged: DiskImageError { DiskImageError(.corrupt, "the places of a file on NTFS make no sense") }
}
