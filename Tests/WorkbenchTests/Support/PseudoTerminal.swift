import Foundation
import Synchronization

/// A real terminal pair: the program under test has one end, the test types and looks at the other.
final class PseudoTerminal: Sendable {
  /// The end a program uses.
  let descriptor: Int32
  private let master: Int32
  private let screen: Mutex<State>

  private struct State {
    var screen: Screen
    var raw: [UInt8] = []
    /// The beginning of a character that has not come whole.
    var rest: [UInt8] = []

    mutating func take(_ bytes: ArraySlice<UInt8>) {
      raw += bytes
      rest += bytes
      for cut in 0...min(3, rest.count) {
        guard let text = String(validating: rest.dropLast(cut), as: UTF8.self) else { continue }
        screen.feed(text)
        rest = Array(rest.suffix(cut))
        return
      }
      screen.feed(String(decoding: rest, as: UTF8.self))
      rest = []
    }
  }

  /// Needs `TERM` and a UTF-8 locale, which libedit reads from the environment.
  init(columns: Int = 80, rows: Int = 24) throws {
    setenv("TERM", "xterm", 1)
    setenv("LC_ALL", "C.UTF-8", 1)
    screen = Mutex(State(screen: Screen(columns: columns)))
    // Linux's own way, since Swift's Glibc module lacks posix_openpt and its companions.
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var unlocked: Int32 = 0
    var number: UInt32 = 0
    let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
    guard ioctl(master, setLock, &unlocked) == 0, ioctl(master, getNumber, &number) == 0 else {
      throw POSIXError(.ENXIO)
    }
    descriptor = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try resize(columns: columns, rows: rows)
    // The thread owns its end and closes it itself: closed by another, the number would soon belong to some other test's pipe,
    // and the thread would read what is not for it. It ends when the program's end is closed.
    let thread = Thread { [weak self, master] in
      defer { close(master) }
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = read(master, &buffer, buffer.count)
        guard count > 0, let self else { return }
        self.screen.withLock { $0.take(buffer.prefix(count)) }
      }
    }
    thread.start()
  }

  deinit {
    close(descriptor)
  }

  var text: String { screen.withLock { $0.screen.text } }

  /// Everything that was written, escape sequences included.
  var raw: String { screen.withLock { String(decoding: $0.raw, as: UTF8.self) } }

  /// How often everything was cleared at once, and where the cursor is.
  var cursor: (fullClears: Int, column: Int) { screen.withLock { ($0.screen.fullClears, $0.screen.column) } }

  /// Gives the window another size, which the program may ask for from then on.
  func resize(columns: Int, rows: Int) throws {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(descriptor, UInt(TIOCSWINSZ), &size) == 0 else { throw POSIXError(.ENOTTY) }
  }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(master, bytes, bytes.count)
  }

  /// Waits until the screen shows exactly `expected`, for ten seconds at most; returns what it shows then.
  func shows(_ expected: String) async -> String {
    await waits { $0 == expected }
  }

  func waits(seconds: Int = 10, until condition: (String) -> Bool) async -> String {
    for _ in 0..<seconds * 200 {
      let now = text
      if condition(now) { return now }
      try? await Task.sleep(for: .milliseconds(5))
    }
    return text
  }
}
