import Foundation

/// Tells whether every other thread of this process waits, from what the kernel says about them.
///
/// A thread that was woken but did not get a core yet counts as running, which is what makes this better than any pause: on a busy machine
/// the answer comes later, but it is the same. Two looks are taken: between them no thread may have run, else one could have woken
/// another that was looked at already, and then gone to sleep.
///
/// The kernel's files stay open between looks, since opening them would cost most of a look's time.
final class ProcessRest {
  /// The files of one thread.
  private struct Files {
    var state: Int32
    var turns: Int32
  }

  /// The kernel's number of the thread that made this value, the only one that may ask.
  private let own: Int32
  private var directory: OpaquePointer?
  private var files: [Int32: Files] = [:]
  private var looks = [[Int32: UInt64](), [Int32: UInt64]()]

  init() {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
    own = link.flatMap { $0.split(separator: "/").last }.flatMap { Int32($0) } ?? 0
    directory = opendir("/proc/self/task")
  }

  deinit {
    if let directory { closedir(directory) }
    for file in files.values { Self.close(file) }
  }

  /// Whether the system tells about threads at all.
  static let isKnown: Bool = {
    let rest = ProcessRest()
    guard rest.own != 0, let files = open(rest.own) else { return false }
    defer { close(files) }
    return state(files) != nil && turns(files) != nil
  }()

  /// Lets short pauses of the calling thread be short: by default the kernel may lengthen each by 50 µs.
  func sharpenPauses() {
    let file = Foundation.open("/proc/\(own)/timerslack_ns", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = write(file, "1000", 4)
    Foundation.close(file)
  }

  /// Whether no thread but the caller's runs or could run; false where the system does not tell.
  func isAtRest() -> Bool {
    guard own != 0, look(into: &looks[0]), look(into: &looks[1]) else { return false }
    return looks[0] == looks[1]
  }

  /// Finds how often each thread has run so far; false when one runs now, or the system does not tell.
  private func look(into turns: inout [Int32: UInt64]) -> Bool {
    guard let directory else { return false }
    turns.removeAll(keepingCapacity: true)
    rewinddir(directory)
    while let entry = readdir(directory) {
      let id = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { atoi($0) }
      }
      guard id > 0, id != own else { continue }
      guard let files = files(of: id) else { return false }
      guard let state = Self.state(files), let count = Self.turns(files) else {
        // The thread is gone, and its number may soon be another's.
        forget(id)
        return false
      }
      if state == UInt8(ascii: "R") || state == UInt8(ascii: "D") { return false }
      turns[id] = count
    }
    if turns.count < files.count {
      for id in files.keys where turns[id] == nil { forget(id) }
    }
    return true
  }

  // MARK: The kernel's files

  private func files(of id: Int32) -> Files? {
    if let known = files[id] { return known }
    guard let opened = Self.open(id) else { return nil }
    files[id] = opened
    return opened
  }

  private func forget(_ id: Int32) {
    if let old = files.removeValue(forKey: id) { Self.close(old) }
  }

  private static func open(_ id: Int32) -> Files? {
    let state = Foundation.open("/proc/self/task/\(id)/stat", O_RDONLY | O_CLOEXEC)
    guard state >= 0 else { return nil }
    let turns = Foundation.open("/proc/self/task/\(id)/schedstat", O_RDONLY | O_CLOEXEC)
    guard turns >= 0 else {
      Foundation.close(state)
      return nil
    }
    return Files(state: state, turns: turns)
  }

  private static func close(_ files: Files) {
    Foundation.close(files.state)
    Foundation.close(files.turns)
  }

  /// The letter behind the name in parentheses: R runs, D waits for the disk, S for something else.
  private static func state(_ files: Files) -> UInt8? {
    content(files.state) { bytes in
      guard let mark = bytes.lastIndex(of: UInt8(ascii: ")")), mark + 2 < bytes.endIndex else { return nil }
      return bytes[mark + 2]
    }
  }

  /// The last of three numbers: time on a core, time in want of one, turns on a core.
  private static func turns(_ files: Files) -> UInt64? {
    content(files.turns) { bytes in
      var number: UInt64 = 0
      var spaces = 0
      for byte in bytes {
        switch byte {
        case 0x20:
          spaces += 1
          number = 0
        case 0x30...0x39: number = number &* 10 &+ UInt64(byte - 0x30)
        default: break
        }
      }
      return spaces == 2 ? number : nil
    }
  }

  /// Reads a file from its beginning, which makes the kernel write it anew.
  private static func content<Value>(_ file: Int32, _ read: (Slice<UnsafeMutableRawBufferPointer>) -> Value?) -> Value?
  {
    withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { buffer in
      let count = pread(file, buffer.baseAddress, buffer.count, 0)
      return count > 0 ? read(buffer[..<count]) : nil
    }
  }
}
