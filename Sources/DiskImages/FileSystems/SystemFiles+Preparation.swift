extension SystemFiles {
  /// What of the system will trouble it in the cloud, where its disk and its network card are others.
  ///
  /// The service prepares no quick import, so the vendor's guide asks for it to be done before: Cloud-Init, no names of devices in
  /// fstab, no rules for network cards left behind.
  func preparationFindings() throws -> [DiskFinding] {
    try [fileTable(), networkRules(), cloudInit()].compactMap { $0 }
  }

  private func fileTable() throws -> DiskFinding? {
    guard let text = try text("/etc/fstab") else { return nil }
    let devices = text.split(whereSeparator: \.isNewline).compactMap { line -> String? in
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard let device = words.first, device.hasPrefix("/dev/"), words.count >= 3 else { return nil }
      let name = device.dropFirst(5)
      let isDisk = ["sd", "hd", "vd", "xvd"].contains { name.hasPrefix($0) && name.count > $0.count }
      let options = words.count > 3 ? words[3].split(separator: ",") : []
      guard isDisk || name.hasPrefix("nvme"), !options.contains("noauto"), !options.contains("nofail") else {
        return nil
      }
      return DiskInspector.printable(String(device))
    }
    guard let first = devices.first else { return nil }
    let others = devices.count == 1 ? "" : " and \(devices.count - 1) more"
    // Where the cloud's disks are called so as well, it boots as long as nothing else is attached.
    let severity: DiskFinding.Severity = devices.allSatisfy { $0.hasPrefix("/dev/vd") } ? .hint : .warning
    return DiskFinding(
      severity,
      "/etc/fstab names \(first)\(others): disks may be called otherwise in the cloud, and the system then does not start",
      hint: "use UUID= or LABEL= there and in the boot loader; quick import does not change it")
  }

  private func networkRules() throws -> DiskFinding? {
    for name in ["70-persistent-net.rules", "30-net_persistent-names.rules"] {
      let path = "/etc/udev/rules.d/\(name)"
      let lines = try text(path)?.split(whereSeparator: \.isNewline).filter { $0.contains("=") && !$0.hasPrefix("#") }
      guard let lines, !lines.isEmpty else { continue }
      return DiskFinding(
        .warning, "\(path) ties the names of network cards to those of the old machine: eth0 would become eth1",
        hint: "delete the file before the disk is copied")
    }
    return nil
  }

  private func cloudInit() throws -> DiskFinding? {
    for path in ["/etc/cloud/cloud.cfg", "/usr/bin/cloud-init"] where try tree.find(path) != nil { return nil }
    guard try tree.find("/etc/fstab") != nil || tree.find("/etc/passwd") != nil else { return nil }
    return DiskFinding(
      .hint, "Cloud-Init was not found: machines made from the image take neither keys, passwords nor host names",
      hint: "install cloud-init before the disk is copied")
  }
}
