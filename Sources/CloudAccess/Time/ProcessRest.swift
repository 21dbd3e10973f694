import Foundation

/// Tells whether every other thread of this process waits, from what the kernel says about them.
///
/// A thread that was woken but did not get a core yet counts as running, which is what makes this better than any pause: on a busy machine
/// the answer comes later, but it is the same. Two looks are taken: between them no thread may have run, else one could have woken
/// another that was looked at already, and then gone to sleep.
///
/// The kernel's files stay open between looks, since opening them would cost most of a look's time. A case of ten hours takes a thousand
/// looks at two files of each thread, so they are read with functions of the C library: generic Swift costs a debug build ten times as much.
final class ProcessRest {
  /// What is known of one thread.
  private struct Seen {
    var id: Int32
    /// The kernel's files on its state and on its turns.
    var state: Int32
    var turns: Int32
    /// How often it had run at the first of two looks.
    var count: UInt64 = 0
  }

  private static let bufferSize = 512

  /// The kernel's number of the thread that made this value, the only one that may ask.
  private let own: Int32
  private let directory: OpaquePointer?
  private let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: ProcessRest.bufferSize)

  /// In the order in which the kernel tells them.
  private var threads: [Seen] = []

  init() {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
    own = link.flatMap { $0.split(separator: "/").last }.flatMap { Int32($0) } ?? 0
    directory = opendir("/proc/self/task")
  }

  deinit {
    if let directory { closedir(directory) }
    for thread in threads { Self.close(thread) }
    buffer.deallocate()
  }

  /// Whether the system tells about threads at all.
  static let isKnown: Bool = {
    let rest = ProcessRest()
    guard rest.own != 0, let thread = open(rest.own) else { return false }
    defer { close(thread) }
    return rest.state(thread) != nil && rest.turns(thread) != nil
  }()

  /// Lets short pauses of the calling thread be short: by default the kernel may lengthen each by 50 µs.
  func sharpenPauses() {
    let file = Foundation.open("/proc/\(own)/timerslack_ns", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = write(file, "1000", 4)
    Foundation.close(file)
  }

  /// Whether no thread but the caller's runs or could run; false where the system does not tell.
  func isAtRest() -> Bool { own != 0 && look(isSecond: false) && look(isSecond: true) }

  /// Whether no thread runs or could run; at the second look, whether none has run since the first either.
  private func look(isSecond: Bool) -> Bool {
    guard let directory else { return false }
    rewinddir(directory)
    var index = 0
    while let entry = readdir(directory) {
      let id = withUnsafePointer(to: &entry.pointee.d_name) {
        atoi(UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      guard id > 0, id != own else { continue }
      guard isExpected(id, at: index) || (!isSecond && admit(id, at: index)) else { return false }
      guard let state = state(threads[index]), let count = turns(threads[index]) else {
        // The thread is gone, and its number may soon be another's.
        Self.close(threads.remove(at: index))
        return false
      }
      if state == UInt8(ascii: "R") || state == UInt8(ascii: "D") { return false }
      if !isSecond { threads[index].count = count } else if threads[index].count != count { return false }
      index += 1
    }
    guard index < threads.count else { return true }
    forget(from: index, to: threads.count)
    return !isSecond
  }

  private func isExpected(_ id: Int32, at index: Int) -> Bool { index < threads.count && threads[index].id == id }

  /// Makes this thread the one at this place: those before it in the list have ended, or it is new.
  private func admit(_ id: Int32, at index: Int) -> Bool {
    if let place = threads[index...].firstIndex(where: { $0.id == id }) {
      forget(from: index, to: place)
      return true
    }
    guard let thread = Self.open(id) else { return false }
    threads.insert(thread, at: index)
    return true
  }

  private func forget(from first: Int, to end: Int) {
    for thread in threads[first..<end] { Self.close(thread) }
    threads.removeSubrange(first..<end)
  }

  // MARK: The kernel's files

  private static func open(_ id: Int32) -> Seen? {
    let state = Foundation.open("/proc/self/task/\(id)/stat", O_RDONLY | O_CLOEXEC)
    guard state >= 0 else { return nil }
    let turns = Foundation.open("/proc/self/task/\(id)/schedstat", O_RDONLY | O_CLOEXEC)
    guard turns >= 0 else {
      Foundation.close(state)
      return nil
    }
    return Seen(id: id, state: state, turns: turns)
  }

  private static func close(_ thread: Seen) {
    Foundation.close(thread.state)
    Foundation.close(thread.turns)
  }

  /// The letter behind the name in parentheses: R runs, D waits for the disk, S for something else.
  private func state(_ thread: Seen) -> UInt8? {
    guard let text = read(thread.state), let mark = strrchr(text, 0x29), mark[1] != 0, mark[2] != 0 else { return nil }
    return UInt8(bitPattern: mark[2])
  }

  /// The last of three numbers: time on a core, time in want of one, turns on a core.
  private func turns(_ thread: Seen) -> UInt64? {
    guard let text = read(thread.turns), let mark = strrchr(text, 0x20) else { return nil }
    return UInt64(strtoull(mark, nil, 10))
  }

  /// Reads a file from its beginning, which makes the kernel write it anew, as text that ends with a zero; nil when it cannot be read.
  private func read(_ file: Int32) -> UnsafeMutablePointer<CChar>? {
    let count = pread(file, buffer, Self.bufferSize - 1, 0)
    guard count > 0 else { return nil }
    buffer[count] = 0
    return buffer
  }
}
