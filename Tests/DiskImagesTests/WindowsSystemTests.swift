import Foundation
import Testing

@testable import DiskImages

@Suite("Windows on a disk")
struct WindowsSystemTests {
  private func volume(_ path: String) throws -> GuestVolume {
    var limits = SystemSearchLimits()
    limits.steps = 1_000_000
    let reader = GuestReader(PlainGuestDisk(try FileByteSource(path: path), size: .max), limits)
    return GuestVolume(reader, at: 24576 * 512, length: 28_311_552)
  }

  @Test("Its name, version and machine come from its registry, near and from afar")
  func registry() async throws {
    let image = try GuestImage.fixture("windows-ntfs")
    for path in [image.path, try image.converted(to: "raw")] {
      let found = try image.look(path)
      let system = try #require(found.operatingSystem, "\(found.systemSearch?.reason ?? "")")
      #expect(system.displayName == "Windows Server 2019 Standard")
      #expect([system.id, system.name, system.versionID] == ["windows", "Microsoft Windows", "10.0.17763"])
      #expect([system.fullVersion, system.version, system.architecture] == ["10.0.17763.737", "1809", "x86_64"])
      #expect(system.partition == 2)
      #expect(system.path == "/Windows/System32/config/SOFTWARE")
      let far = try await image.lookFromAfar(path)
      #expect(far.operatingSystem == system, "\(far.systemSearch?.reason ?? "")")
      #expect((far.systemSearch?.cost.bytes ?? .max) < 3 << 20, "\(far.systemSearch?.cost ?? ReadCost())")
    }
  }

  @Test("A file in hundreds of pieces, told by several records, reads as it was written")
  func pieces() throws {
    let image = try GuestImage.fixture("windows-ntfs")
    let fileSystem = try #require(try NTFSFileSystem(volume(image.converted(to: "raw"))))
    let node = try #require(try GuestTree(fileSystem).find("/windows/SYSTEM32/config/Software"))
    let record = try fileSystem.record(node.id)
    #expect(record.attributes.contains { $0.type == NTFSAttribute.list })
    let stream = try fileSystem.stream(of: node)
    var bytes: [UInt8] = []
    while bytes.count < Int(stream.size) { bytes += try stream.read(at: UInt64(bytes.count), count: 70_001) }
    let file = ByteFields(bytes)
    // Each block of the registry says where it stands, and how long it is.
    var place = 4096
    while place < file.count {
      #expect(file.has("hbin", at: place) && Int(file.little32(place + 4)) == place - 4096)
      place += max(4096, Int(file.little32(place + 8)))
    }
    #expect(place == file.count && place > 2 << 20)
    #expect(try stream.read(at: stream.size - 1, count: 9).count == 1)
    #expect(try stream.read(at: stream.size, count: 9) == [])
  }

  @Test("Every name of a directory of several blocks is found, and no other")
  func directory() throws {
    let image = try GuestImage.fixture("windows-ntfs")
    let fileSystem = try #require(try NTFSFileSystem(volume(image.converted(to: "raw"))))
    let tree = try GuestTree(fileSystem)
    for number in 1...300 {
      let text = String(repeating: "0", count: 6 - "\(number)".count) + "\(number)"
      let path = "/Windows/System32/A-rather-long-name-of-a-library-\(text).dll"
      #expect(try tree.find(path)?.kind == .file, "\(path)")
    }
    #expect(try tree.find("/Windows/System32")?.kind == .directory)
    for path in ["/Windows/System32/a", "/Windows/System32/zz", "/Windows/System32/config/SOFTWAR", "/!", "/~~~"] {
      #expect(try tree.find(path) == nil, "\(path)")
    }
  }

  @Test("Keys and values of the registry are found whatever their case, and what is not there is not")
  func keys() throws {
    let image = try GuestImage.fixture("windows-ntfs")
    let fileSystem = try #require(try NTFSFileSystem(volume(image.converted(to: "raw"))))
    let stream = try fileSystem.stream(of: #require(try GuestTree(fileSystem).find(WindowsFiles.path)))
    let hive = try RegistryHive { try stream.read(at: $0, count: $1) }
    for number in 0..<120 {
      let name = "Component " + String(repeating: "0", count: 4 - "\(number)".count) + "\(number)"
      let key = try #require(try hive.key(["microsoft", name]), "\(name)")
      #expect(try hive.value("description", of: key)?.hasPrefix("component \(number) xxx") == true)
    }
    let current = try #require(try hive.key(["MICROSOFT", "windows nt", "CurrentVersion"]))
    #expect(try hive.value("UBR", of: current) == "737")
    #expect(try hive.value("RegisteredOwner", of: current) == "Windows User")
    #expect(try hive.value("Registered", of: current) == nil)
    #expect(try hive.key(["Microsoft", "Windows"]) == nil)
    #expect(try hive.key(["Microsoft", "Windows NT", "CurrentVersion", "Deeper"]) == nil)
  }

  @Test("Windows 11 is told from 10 by its build; a registry without a name leaves the boot loader's word")
  func names() throws {
    let image = try GuestImage.fixture("windows-ntfs")
    let raw = try image.converted(to: "raw")
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: raw)))
    func replace(_ old: String, _ new: String) throws {
      let (from, to) = (Array(old.utf16), Array(new.utf16))
      let wanted = from.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
      var place = 0
      while let range = Data(bytes).range(of: Data(wanted), in: place..<bytes.count) {
        bytes.replaceSubrange(range, with: to.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
        place = range.upperBound
      }
    }
    try replace("Windows Server 2019 Standard", "Windows 10 Enterprise 2021\0\0")
    try replace("17763\0", "22631\0")
    let eleven = try #require(try DiskInspector.inspectWithSystem(DataByteSource(bytes)).operatingSystem)
    #expect(eleven.displayName == "Windows 11 Enterprise 2021")
    #expect(eleven.versionID == "10.0.22631")
    while let range = Data(bytes).range(of: Data("ProductName".utf8)) {
      bytes.replaceSubrange(range, with: Array("ProductLame".utf8))
    }
    let unnamed = try #require(try DiskInspector.inspectWithSystem(DataByteSource(bytes)).operatingSystem)
    #expect([unnamed.id, unnamed.displayName] == ["windows", "Microsoft Windows"])
    #expect(unnamed.path == "/EFI/Microsoft/Boot/bootmgfw.efi")
  }

  @Test("Records that were not written as a whole, runs and cells that lead nowhere are damage and no more")
  func damage() throws {
    let image = try GuestImage.fixture("windows-ntfs")
    let specimen = try FuzzSpecimen(file: image.converted(to: "raw"), name: "a.raw")
    let start: UInt64 = 24576 * 512
    let table = start + ByteFields(try specimen.read(at: start, count: 512)).little64(48) * 4096
    // The table's own record, the top directory, and the first sector's numbers.
    let places =
      [table, table + 5 * 1024].flatMap { record in stride(from: UInt64(0), to: 512, by: 7).map { record + $0 } }
      + (3..<80).map { start + $0 }
    for place in places {
      for value: UInt8 in [0, 0x7F, 0xFF] {
        var damaged = specimen
        damaged.put(value, at: place)
        let found = try DiskInspector.inspectWithSystem(damaged)
        #expect(found.operatingSystem?.id == "windows", "\(place): \(value)")
      }
    }
  }
}
