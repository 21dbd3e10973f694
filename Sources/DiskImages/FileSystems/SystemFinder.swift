/// Looks through the file systems of a disk for an installed operating system.
struct SystemFinder {
  private static let mostPartitions = 64
  private static let mostVolumes = 16
  private static let leastLength: UInt64 = 65536

  private let reader: GuestReader
  private let partitions: [DiskPartition]
  private let readsPrograms: Bool
  /// What each place holds that told nothing, for the reason to be given.
  private var seen: [String] = []
  private var boot = BootFiles()
  private var windows: (partition: Int?, path: String)?

  /// Without `readsPrograms` the machine is told by the boot loader alone, which saves reads.
  init(_ reader: GuestReader, partitions: [DiskPartition], readsPrograms: Bool) {
    self.reader = reader
    self.partitions = partitions
    self.readsPrograms = readsPrograms
  }

  /// Searches; what is damaged, and the end of what may be read, become the reason. Throws what the source throws.
  mutating func run() throws -> SystemSearch {
    var search: SystemSearch
    do {
      search = try find() ?? windowsFound() ?? SystemSearch(reason: nothingFound)
    } catch let stop as SystemSearchStop {
      // The boot loader's word is less than the registry's, but more than none.
      search = windowsFound() ?? SystemSearch(reason: "the search was given up: \(stop.reason)")
    }
    search.cost = reader.disk.cost
    return search
  }

  private mutating func find() throws -> SystemSearch? {
    guard !partitions.isEmpty else {
      return try look(GuestVolume(reader, at: 0, length: reader.disk.size), nil, logical: nil)
    }
    let usable = partitions.filter { !$0.isExtended && $0.type != "0xEE" && $0.length >= Self.leastLength }
    // What boots the disk tells the machine, and whether it is Windows, for a few reads.
    let sorted = usable.filter(\.isEFISystem) + usable.filter { !$0.isEFISystem }
    for partition in sorted.prefix(Self.mostPartitions) {
      let volume = GuestVolume(reader, at: partition.offset, length: partition.length)
      if let found = try look(volume, partition, logical: nil) { return found }
    }
    return nil
  }

  /// Looks at one place, and notes what was there.
  private mutating func look(
    _ volume: GuestVolume, _ partition: DiskPartition?, logical: String?
  ) throws -> SystemSearch? {
    let name = logical.map { "volume \(DiskInspector.printable($0))" }
    let place = [partition.map { "partition \($0.number)" } ?? "the disk", name].compactMap { $0 }
      .joined(separator: ", ")
    do {
      let (kind, trees) = try Self.open(volume)
      for tree in trees {
        if let found = try system(in: SystemFiles(tree: tree), partition, logical) { return found }
      }
      if trees.isEmpty {
        if kind == "ntfs", let found = try windows(on: volume, partition) { return found }
        try lookAtBoot(volume, partition, kind)
        if kind == "lvm", logical == nil {
          for (name, inner) in try LVMVolumes.read(volume).prefix(Self.mostVolumes) {
            if let found = try look(inner, partition, logical: name) { return found }
          }
        }
      }
      seen.append("\(place) (\(kind ?? "nothing known"))")
    } catch let error as DiskImageError where [.corrupt, .truncated, .unsupported].contains(error.kind) {
      seen.append("\(place) (\(error.message))")
    } catch is OutOfReach {
      seen.append("\(place) (out of reach)")
    }
    return nil
  }

  /// What a volume holds, and the trees of files in it that may be a system's.
  private static func open(_ volume: GuestVolume) throws -> (kind: String?, trees: [GuestTree]) {
    if let ext = try ExtFileSystem(volume) { return ("ext", [try GuestTree(ext)]) }
    if let xfs = try XFSFileSystem(volume) { return ("xfs", [try GuestTree(xfs)]) }
    if let btrfs = try BtrfsFileSystem(volume) {
      return ("btrfs", try btrfs.roots().map { try GuestTree(btrfs, root: $0) })
    }
    let head = try volume.read(at: 0, count: Int(min(volume.size, UInt64(FileSystemProbe.headLength))))
    let source = HeadByteSource(bytes: head, size: volume.size)
    do {
      return (try FileSystemProbe.probe(source, at: 0)?.name, [])
    } catch is OutOfReach {
      return (nil, [])
    }
  }

  private func system(
    in files: SystemFiles, _ partition: DiskPartition?, _ logical: String?
  ) throws -> SystemSearch? {
    guard var system = try files.system() else { return nil }
    system.partition = partition?.number
    system.logicalVolume = logical.map(DiskInspector.printable)
    var search = SystemSearch()
    // The name is what was looked for: trouble with the rest does not take it away.
    do {
      search.findings = try files.preparationFindings()
      system.architecture = try boot.architecture ?? (readsPrograms ? files.architecture() : nil)
    } catch let error as DiskImageError where [.corrupt, .truncated, .unsupported].contains(error.kind) {
      search.findings.append(DiskFinding(.hint, "not all of the system could be looked at: \(error.message)"))
    } catch let stop as SystemSearchStop {
      search.findings.append(DiskFinding(.hint, "not all of the system was looked at: \(stop.reason)"))
    }
    search.system = system
    return search
  }

  /// The Windows on an NTFS volume; what is damaged there is not the end, since the boot loader tells as well.
  private func windows(on volume: GuestVolume, _ partition: DiskPartition?) throws -> SystemSearch? {
    do {
      guard let files = try NTFSFileSystem(volume), var system = try WindowsFiles(fileSystem: files).system() else {
        return nil
      }
      system.partition = partition?.number
      system.architecture = system.architecture ?? boot.architecture
      return SystemSearch(system: system)
    } catch let error as DiskImageError where [.corrupt, .truncated, .unsupported].contains(error.kind) {
      return nil
    }
  }

  private mutating func lookAtBoot(_ volume: GuestVolume, _ partition: DiskPartition?, _ kind: String?) throws {
    if kind == "fat", let fat = try FATFileSystem(volume) {
      boot = try BootFiles(fat)
      if boot.isWindows, windows == nil { windows = (partition?.number, "/EFI/Microsoft/Boot/bootmgfw.efi") }
    } else if kind == "ntfs", windows == nil {
      // Only a system's own partition begins with code that looks for its boot loader.
      let code = try volume.read(at: 0, count: 512)
      let isBootable = ["BOOTMGR", "NTLDR"].contains { String(decoding: code, as: UTF8.self).contains($0) }
      if isBootable { windows = (partition?.number, "the boot sector of NTFS") }
    }
  }

  private func windowsFound() -> SystemSearch? {
    guard let windows else { return nil }
    var system = OperatingSystem(id: "windows", path: windows.path)
    system.name = "Microsoft Windows"
    system.partition = windows.partition
    system.architecture = boot.architecture
    return SystemSearch(system: system)
  }

  private var nothingFound: String {
    let places = seen.prefix(8).joined(separator: ", ") + (seen.count > 8 ? ", …" : "")
    return "no system was found" + (places.isEmpty ? ": there are no partitions to look into" : " in \(places)")
  }
}
