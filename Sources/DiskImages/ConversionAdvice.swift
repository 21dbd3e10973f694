/// What to do with a file that quick import does not take.
enum ConversionAdvice {
  static func hint(for format: DiskFormat, file: String? = nil) -> String {
    let name = file ?? "IN"
    switch format {
    case .raw, .zvhd2:
      return "import it as it is"
    case .zvhd:
      return "slipway convert \(name) OUT.zvhd2"
    case .qcow2, .qcow, .qed, .vhd, .vhdx, .vmdk, .vdi:
      let driver = format == .vhd ? "vpc" : format.rawValue
      return "qemu-img convert -f \(driver) -O raw \(name) OUT.raw, then slipway convert OUT.raw OUT.zvhd2"
    case .iso:
      return "install a system from it on a virtual machine and import that machine's disk"
    case .ova:
      return "unpack it with tar -xf and convert the disk in it"
    case .luks:
      return "open it with cryptsetup and import a copy of the plain disk behind it"
    case .gzip: return "unpack it with gunzip"
    case .xz: return "unpack it with xz -d"
    case .zip: return "unpack it with unzip"
    case .bzip2: return "unpack it with bunzip2"
    case .zstd: return "unpack it with zstd -d"
    case .sevenZip: return "unpack it with 7z x"
    }
  }
}
