/// What the boot loaders on an EFI system partition tell of the disk's system.
struct BootFiles {
  /// The machine; nil where the loaders of none, or of several, are there.
  var architecture: String?
  var isWindows = false

  init() {}

  init(_ fat: FATFileSystem) throws {
    let tree = try GuestTree(fat)
    if let folder = try tree.find("/EFI/BOOT") {
      let names = Set(try fat.entries(of: folder).map { $0.name.uppercased() })
      let machines = [("BOOTX64.EFI", "x86_64"), ("BOOTAA64.EFI", "aarch64")].filter { names.contains($0.0) }
      architecture = machines.count == 1 ? machines[0].1 : nil
    }
    isWindows = try tree.find("/EFI/Microsoft/Boot/bootmgfw.efi") != nil
  }
}
