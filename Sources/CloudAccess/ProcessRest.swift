import Foundation

/// Tells whether every other thread of this process waits, from what the kernel says about them.
///
/// A thread that was woken but did not get a core yet counts as running, which is what makes this better than any pause: on a busy machine
/// the answer comes later, but it is the same. Two looks are taken: between them no thread may have run, else one could have woken
/// another that was looked at already, and then gone to sleep.
struct ProcessRest {
  /// The kernel's number of the thread that made this value, the only one that may ask.
  private let own: Int32

  init() {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
    own = link.flatMap { $0.split(separator: "/").last }.flatMap { Int32($0) } ?? 0
  }

  /// Whether the system tells about threads at all.
  var isKnown: Bool { own != 0 && Self.state(own) != nil && Self.runs(own) != nil }

  /// Whether no thread but the caller's runs or could run; false where the system does not tell.
  func isAtRest() -> Bool {
    guard own != 0, let first = runs() else { return false }
    return runs() == first
  }

  /// How often each thread has run so far; nil when one runs now, or the system does not tell.
  private func runs() -> [Int32: UInt64]? {
    guard let directory = opendir("/proc/self/task") else { return nil }
    defer { closedir(directory) }
    var runs: [Int32: UInt64] = [:]
    while let entry = readdir(directory) {
      let id = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { atoi($0) }
      }
      guard id > 0, id != own else { continue }
      guard let state = Self.state(id), state != UInt8(ascii: "R"), state != UInt8(ascii: "D") else { return nil }
      guard let count = Self.runs(id) else { return nil }
      runs[id] = count
    }
    return runs
  }

  /// The letter behind the name in parentheses: R runs, D waits for the disk, S for something else.
  private static func state(_ id: Int32) -> UInt8? {
    content("/proc/self/task/\(id)/stat") { bytes in
      guard let mark = bytes.lastIndex(of: UInt8(ascii: ")")), mark + 2 < bytes.endIndex else { return nil }
      return bytes[mark + 2]
    }
  }

  /// The last of three numbers: time on a core, time in want of one, turns on a core.
  private static func runs(_ id: Int32) -> UInt64? {
    content("/proc/self/task/\(id)/schedstat") { bytes in
      let fields = bytes.split(separator: UInt8(ascii: " "))
      guard fields.count == 3 else { return nil }
      return fields[2].prefix { (0x30...0x39).contains($0) }.reduce(0) { $0 &* 10 &+ UInt64($1 - 0x30) }
    }
  }

  private static func content<Value>(_ path: String, _ read: (Slice<UnsafeMutableRawBufferPointer>) -> Value?) -> Value?
  {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    return withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { buffer in
      let count = Foundation.read(file, buffer.baseAddress, buffer.count)
      return count > 0 ? read(buffer[..<count]) : nil
    }
  }
}
