extension DiskInspector {
  static func inspectISO(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    // The primary volume descriptor, then the boot record where there is one.
    let fields = ByteFields(try source.read(at: 32768, count: 4096))
    report.note("volume", text(fields.slice(40, 32)))
    let block = UInt64(fields.little16(128))
    let blocks = UInt64(fields.little32(80))
    if fields[0] == 1, block > 0 { expect("the volume", at: 0, count: blocks * block, &report) }
    guard fields[2048] == 0, fields.has("CD001", at: 2049), fields.has("EL TORITO SPECIFICATION", at: 2055) else {
      return
    }
    report.note("bootable", true)
    let catalogue = ByteFields(try source.read(at: UInt64(fields.little32(2048 + 71)) * 2048, count: 2048))
    guard catalogue[0] == 1, catalogue.has([0x55, 0xAA], at: 30) else { return }
    var platforms = [catalogue[1]]
    for place in stride(from: 64, to: catalogue.count - 31, by: 32) where [0x90, 0x91].contains(catalogue[place]) {
      platforms.append(catalogue[place + 1])
    }
    report.note(
      "boots", Array(Set(platforms.compactMap { $0 == 0 ? "bios" : $0 == 0xEF ? "uefi" : nil })).sorted())
  }
}
