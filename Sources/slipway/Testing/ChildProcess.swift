import Foundation
import Synchronization

/// Another process with a line to it and a line back; its standard error is this one's.
///
/// It leads a process group of its own, so Ctrl-C on the terminal reaches this process only, which then decides. Foundation's `Process`
/// would hand the streams of one child to those started later, and a child whose input is kept open by another never sees its end.
final class ChildProcess: Sendable {
  /// How a process ended.
  enum Ending: Sendable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)

    var description: String {
      switch self {
      case .exited(let status): "ended with status \(status)"
      case .signalled(let number): "was ended by signal \(number) (\(String(cString: strsignal(number))))"
      }
    }
  }

  private struct State {
    /// Nil once it is waited for: the number may be another's by then.
    var id: pid_t?
    var socket: Int32?
    var ending: Ending?
    var waiters: [CheckedContinuation<Ending, Never>] = []
  }

  private let state = Mutex(State())

  /// Starts a program; both closures are called on a thread of the process's own, `onEnd` after the last line.
  /// - Throws: `POSIXError`.
  init(
    _ path: String, arguments: [String], onLine: @escaping @Sendable ([UInt8]) -> Void,
    onEnd: @escaping @Sendable () -> Void
  ) throws {
    let (mine, theirs) = try Self.sockets()
    defer { close(theirs) }
    let id: pid_t
    do {
      id = try Self.spawn(path, arguments, socket: theirs)
    } catch {
      close(mine)
      throw error
    }
    state.withLock { ($0.id, $0.socket) = (id, mine) }
    let thread = Thread { [self] in
      Self.readLines(mine, onLine)
      wait(id)
      onEnd()
    }
    thread.name = "child"
    thread.start()
  }

  /// Writes a line to its standard input; what it does not take is lost, and its end will tell why.
  func send(_ line: [UInt8]) {
    state.withLock { state in
      guard let socket = state.socket else { return }
      var rest = line[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Ends its standard input.
  func closeInput() {
    state.withLock { state in
      if let socket = state.socket { shutdown(socket, Int32(SHUT_WR)) }
    }
  }

  /// Ends it and what it has started, at once.
  func kill() {
    state.withLock { state in
      if let id = state.id { _ = Foundation.kill(-id, SIGKILL) }
    }
  }

  /// How it ended, once it has.
  var ending: Ending {
    get async {
      await withCheckedContinuation { continuation in
        let ending = state.withLock { state in
          if state.ending == nil { state.waiters.append(continuation) }
          return state.ending
        }
        if let ending { continuation.resume(returning: ending) }
      }
    }
  }

  // MARK: Inside

  private func wait(_ id: pid_t) {
    // Without reaping it first, so that nobody signals another process of its number.
    var info = siginfo_t()
    while waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
    state.withLock { $0.id = nil }
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    let ending: Ending = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
    let waiters = state.withLock { state in
      if let socket = state.socket { close(socket) }
      state.socket = nil
      state.ending = ending
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume(returning: ending) }
  }

  private static func readLines(_ file: Int32, _ onLine: ([UInt8]) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var line: [UInt8] = []
    while true {
      let count = read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      let parts = buffer[..<count].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      for (number, part) in parts.enumerated() {
        line += part
        if number < parts.count - 1 {
          onLine(line)
          line = []
        }
      }
    }
  }

  /// Two ends of one connection, which no other process inherits.
  private static func sockets() throws -> (Int32, Int32) {
    var files: [Int32] = [0, 0]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &files) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    return (files[0], files[1])
  }

  private static func spawn(_ path: String, _ arguments: [String], socket: Int32) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, socket, 0)
    posix_spawn_file_actions_adddup2(&actions, socket, 1)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    let words = ([CommandLine.arguments.first ?? path] + arguments).map { strdup($0) } + [nil]
    let environment = ProcessInfo.processInfo.environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in words + environment { free(text) } }
    var id: pid_t = 0
    let failure = posix_spawn(&id, path, &actions, &attributes, words, environment)
    guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
    return id
  }
}
