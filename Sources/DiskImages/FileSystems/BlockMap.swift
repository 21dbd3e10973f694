/// What leads from a block of a disk to its place in the image file: one for each format with a table of blocks.
///
/// A map keeps what the headers say and nothing of the tables, which may have any length; those are looked up by `fetch`,
/// which reads a few bytes of the file and throws where they are not there.
protocol BlockMap {
  typealias Fetch = (_ offset: UInt64, _ count: Int) throws -> [UInt8]

  /// Bytes of the disk.
  var diskSize: UInt64 { get }
  /// Bytes of a block, never zero.
  var blockSize: UInt64 { get }

  func place(of block: UInt64, fetch: Fetch) throws -> BlockPlace
}

extension BlockMap {
  /// The offset of an entry in a table; throws `corrupt` where it lies behind every file's end.
  static func entry(_ number: UInt64, of width: UInt64, in table: UInt64) throws -> UInt64 {
    let (skip, overflow) = number.multipliedReportingOverflow(by: width)
    guard !overflow, let place = table.adding(skip) else {
      throw DiskImageError(.corrupt, "a table of blocks lies behind the end of every file")
    }
    return place
  }
}
