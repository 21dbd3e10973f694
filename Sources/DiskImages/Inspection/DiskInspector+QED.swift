extension DiskInspector {
  static func inspectQED(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    guard let fields = try header(source, count: 64, &report) else { return }
    report.virtualSize = fields.little64(48)
    let cluster = UInt64(fields.little32(4))
    let tableSize = UInt64(fields.little32(8))
    report.note("cluster_size", cluster)
    if !(4096...(64 << 20)).contains(cluster) || cluster.nonzeroBitCount != 1 {
      report.add(.warning, "a cluster size of \(cluster) bytes, expected a power of two from 4096 to 67108864")
    } else if !(1...16).contains(tableSize) {
      report.add(.warning, "tables of \(tableSize) clusters, expected 1 to 16")
    } else {
      expect("the first table", at: fields.little64(40), count: tableSize * cluster, &report)
      // One table of tables, each entry of eight bytes.
      let entries = tableSize * cluster / 8
      let (mapped, overflow) = entries.multipliedReportingOverflow(by: entries)
      let (most, tooMuch) = mapped.multipliedReportingOverflow(by: cluster)
      if !overflow, !tooMuch, fields.little64(48) > most {
        report.add(.warning, "a disk of \(fields.little64(48)) bytes, its tables reach only \(most)")
      }
    }
    let features = fields.little64(16)
    if features & 1 != 0 {
      let length = fields.little32(60)
      let name = text(try source.read(at: UInt64(fields.little32(56)), count: Int(min(length, 1023))))
      report.note("backing_file", name)
      report.add(
        .error, "the image needs its backing file '\(name)': it holds only the differences",
        hint: "where both files are at hand, a conversion reads them together and writes a whole disk")
    }
    if features & 2 != 0 { report.add(.warning, "marked as not closed properly", hint: "qemu-img check -r all") }
    if features >> 3 != 0 {
      report.add(.warning, "features that are not known: 0x\(String(features & ~7, radix: 16))")
    }
  }
}
