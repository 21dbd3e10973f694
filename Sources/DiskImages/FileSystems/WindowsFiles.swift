/// What the registry of an installed Windows tells about it.
struct WindowsFiles {
  static let path = "/Windows/System32/config/SOFTWARE"

  let fileSystem: NTFSFileSystem

  /// The Windows on this file system; nil where none is.
  func system() throws -> OperatingSystem? {
    guard let node = try GuestTree(fileSystem).find(Self.path), node.kind == .file else { return nil }
    let stream = try fileSystem.stream(of: node)
    let reader = fileSystem.volume.reader
    let hive = try RegistryHive { offset, count in
      try reader.step()
      return try stream.read(at: offset, count: count)
    }
    guard let key = try hive.key(["Microsoft", "Windows NT", "CurrentVersion"]),
      let product = try hive.value("ProductName", of: key)
    else { return nil }
    let build = try hive.value("CurrentBuildNumber", of: key) ?? hive.value("CurrentBuild", of: key)
    var system = OperatingSystem(id: "windows", path: Self.path)
    system.name = "Microsoft Windows"
    system.prettyName = Self.shown(product, build: build)
    // Windows 10 and later say here what 8.1 was, for old programs.
    let numbers = try ["CurrentMajorVersionNumber", "CurrentMinorVersionNumber"].map { try hive.value($0, of: key) }
    let release =
      numbers.contains(nil)
      ? try hive.value("CurrentVersion", of: key) : numbers.compactMap { $0 }.joined(separator: ".")
    system.versionID = Self.plain([release, build])
    system.fullVersion = try hive.value("UBR", of: key).flatMap { Self.plain([release, build, $0]) }
    system.version = try
      (hive.value("DisplayVersion", of: key) ?? hive.value("ReleaseId", of: key)
      ?? hive.value("CSDVersion", of: key)).map(DiskInspector.printable)
    system.architecture = try hive.value("BuildLabEx", of: key).flatMap(Self.architecture)
    return system
  }

  /// Windows 11 calls itself 10 in this place; the number of its build tells.
  private static func shown(_ product: String, build: String?) -> String {
    let name = DiskInspector.printable(product)
    guard name.hasPrefix("Windows 10"), let build = build.flatMap({ Int($0) }), build >= 22000 else { return name }
    return "Windows 11" + name.dropFirst("Windows 10".count)
  }

  private static func plain(_ parts: [String?]) -> String? {
    let parts = parts.compactMap { $0 }.filter { !$0.isEmpty }
    return parts.isEmpty ? nil : DiskInspector.printable(parts.joined(separator: "."))
  }

  /// Such as `17763.1.amd64fre.rs5_release.180914-1434`.
  private static func architecture(_ build: String) -> String? {
    for (word, machine) in [(".amd64", "x86_64"), (".arm64", "aarch64"), (".x86", "i386")] where build.contains(word) {
      return machine
    }
    return nil
  }
}
