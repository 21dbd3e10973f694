extension DiskInspector {
  static func inspectParallels(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    guard let fields = try header(source, count: 64, &report) else { return }
    // The older of the two forms has a number of 32 bits there.
    let isOld = fields.has("WithoutFreeSpace", at: 0)
    let sectors = isOld ? UInt64(fields.little32(36)) : fields.little64(36)
    let (size, overflow) = sectors.multipliedReportingOverflow(by: 512)
    report.virtualSize = overflow ? nil : size
    if overflow { report.add(.warning, "\(sectors) sectors in the header, more than any disk has") }
    if fields.little32(16) != 2 { report.add(.warning, "version \(fields.little32(16)), expected 2") }
    let cluster = UInt64(fields.little32(28)) * 512
    let entries = UInt64(fields.little32(32))
    guard !overflow else { return }
    report.note("cluster_size", cluster)
    guard (512...(1 << 31)).contains(cluster) else {
      report.add(.warning, "clusters of \(cluster) bytes, expected 1048576")
      return
    }
    let needed = size.dividedUp(by: cluster)
    if entries < needed {
      report.add(.warning, "the table has \(entries) clusters, a disk of that size needs \(needed)")
    }
    switch fields.little32(44) {
    case 0, 0x312E_3276: break
    case 0x746F_6E59: report.add(.warning, "marked as not closed properly", hint: "qemu-img check -r all")
    default: report.add(.warning, "the mark of use in the header is none that is known")
    }
    guard expect("the table of clusters", at: 64, count: entries * 4, &report),
      let table = try table(source, at: 64, count: min(entries, needed) * 4)
    else { return }
    var stored: UInt64 = 0
    var last: UInt64 = 0
    for entry in stride(from: 0, to: table.count, by: 4) where table.little32(entry) != 0 {
      stored += 1
      last = max(last, UInt64(table.little32(entry)))
    }
    if stored > 0 { expect("the last cluster", at: last * (isOld ? 512 : cluster), count: cluster, &report) }
    report.allocatedSize = stored * cluster
  }
}
