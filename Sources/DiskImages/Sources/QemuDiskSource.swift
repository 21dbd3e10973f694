import FoundationEssentials
import Glibc

/// The disk in an image of a format that is not read natively, served by `qemu-nbd` without a copy on disk.
///
/// The program gets the format told and is never left to guess it; it opens the image for reading only. It is started
/// with connections already waiting for it and ends when they are closed, even if this process is killed.
final class QemuDiskSource: ExtentSource {
  let path: String
  let size: UInt64

  private struct Map {
    var offset: UInt64 = 0
    var extents: [NBDConnection.Extent] = []
  }

  private let server: ChildProcess
  private let mapper: NBDConnection
  private let readers: [NBDConnection]
  private let idle: Monitor<[NBDConnection]>
  private let map = Monitor(Map())

  /// Opens the image at `path`; up to `connections` threads can read at the same time.
  ///
  /// Throws ``DiskImageError``: `program` when qemu-nbd is missing, else what kept it from opening the image.
  init(path: String, format: DiskFormat, connections: Int, followReferences: Bool) throws {
    guard ChildProcess.exists("qemu-nbd") else {
      throw DiskImageError(
        .program, "\(format.displayName) is read with qemu-nbd, which is not installed",
        hint:
          "install qemu: apt-get install qemu-utils (Debian, Ubuntu), dnf install qemu-img (Fedora), brew install qemu")
    }
    self.path = path
    let count = connections + 1
    let (server, sockets) = try Self.start(Self.image(path, format, followReferences), connections: count)
    self.server = server
    do {
      mapper = try NBDConnection(sockets[0], map: true)
      readers = try sockets.dropFirst().map { try NBDConnection($0, map: false) }
    } catch {
      throw QemuFailure.error(server.lastWords, path: path, format: format)
    }
    size = mapper.size
    idle = Monitor(readers)
  }

  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: available(at: offset, count: count)) { buffer, initialized in
      initialized = try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let length = available(at: offset, count: buffer.count)
    guard length > 0 else { return 0 }
    guard let connection = idle.wait(for: { $0.popLast() }) else { return 0 }
    defer { idle.change { $0.append(connection) } }
    try asking {
      // The protocol allows no more than 32 MiB at once.
      for start in stride(from: 0, to: length, by: 16 << 20) {
        let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[start..<min(length, start + 16 << 20)])
        try connection.read(at: offset + UInt64(start), into: piece)
      }
    }
    return length
  }

  func dataExtent(from offset: UInt64) throws -> Range<UInt64>? {
    guard mapper.hasMap else { return offset < size ? offset..<size : nil }
    return try map.change { map in
      var place = offset
      while place < size {
        var start = map.offset
        for extent in map.extents {
          let end = min(start + extent.length, size)
          if end > place {
            if !extent.isZero { return max(start, place)..<end }
            place = end
          }
          start = end
        }
        guard place < size else { return nil }
        let count = UInt32(min(size - place, 1 << 31))
        map = Map(offset: place, extents: try asking { try mapper.map(from: place, count: count) })
      }
      return nil
    }
  }

  /// Makes all that waits for the server fail.
  func abandon() {
    for connection in readers + [mapper] { connection.shutDown() }
  }

  private func asking<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch NBDConnection.Failure.refused(let code) {
      let reason = String(cString: strerror(Int32(truncatingIfNeeded: code)))
      throw DiskImageError(
        .corrupt, "'\(path)' cannot be read further: \(QemuFailure.summary(server.lastWords) ?? reason)",
        hint: "the image may be damaged: qemu-img check tells")
    } catch is NBDConnection.Failure {
      throw DiskImageError(
        .program,
        "qemu-nbd ended while it served '\(path)'\(QemuFailure.summary(server.lastWords).map { ": \($0)" } ?? "")")
    }
  }

  /// Starts the server with connections that wait to be accepted.
  ///
  /// The place of the socket is gone when this returns, so nobody else can connect; and only the server holds the
  /// listening end, so that the connections break when it gives up.
  private static func start(_ image: String, connections: Int) throws -> (ChildProcess, [StreamSocket]) {
    var name = Array((ChildProcess.temporaryDirectory() + "/slipway-XXXXXX").utf8CString)
    guard mkdtemp(&name) != nil else {
      throw DiskImageError.system("create a directory in", ChildProcess.temporaryDirectory())
    }
    let directory = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let path = directory + "/nbd"
    defer {
      unlink(path)
      rmdir(directory)
    }
    let listener = try StreamSocket.listening(at: path, backlog: connections)
    let sockets = try (0..<connections).map { _ in try StreamSocket(path: path) }
    let arguments = ["--read-only", "--shared=\(connections)", "--export-name=", image]
    return (try ChildProcess("qemu-nbd", arguments, listener: listener), sockets)
  }

  /// The image as qemu wants it told: the driver by name, the file as a plain file whatever its name looks like.
  private static func image(_ path: String, _ format: DiskFormat, _ followReferences: Bool) -> String {
    let driver = format == .vhd ? "vpc" : format.rawValue
    let backing = followReferences ? "" : ",\"backing\":null"
    return "json:{\"driver\":\"\(driver)\"\(backing),\"file\":{\"driver\":\"file\",\"filename\":\(quoted(path))}}"
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": out += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
