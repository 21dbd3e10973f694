import FoundationEssentials
import Glibc

/// A program started with a socket to serve, killed with the last reference.
///
/// What it says on its standard streams goes to a file without a name, so that it can never wait for a reader.
final class ChildProcess: Sendable {
  private let identifier: pid_t
  private let messages: OpenFile

  /// Starts `program`, found on the path, and hands it `listener` as systemd does with services it starts on demand.
  ///
  /// It gets a process group of its own: a Ctrl-C is for this program, which then ends it.
  init(_ program: String, _ arguments: [String], listener: OpenFile) throws {
    let log = try Self.unnamedFile()
    messages = log
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, log.descriptor, 1)
    posix_spawn_file_actions_adddup2(&actions, log.descriptor, 2)
    posix_spawn_file_actions_adddup2(&actions, listener.descriptor, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)

    // The number of the process that serves must stand in its environment: only a shell can write it there.
    let words = ["/bin/sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"", "sh", program] + arguments
    let pointers = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var child = pid_t()
    let code = posix_spawn(&child, "/bin/sh", &actions, &attributes, pointers, environ)
    guard code == 0 else {
      throw DiskImageError(.program, "cannot start \(program): \(String(cString: strerror(code)))")
    }
    identifier = child
  }

  deinit {
    kill(identifier, SIGKILL)
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
  }

  /// What it has said so far, its last 4096 bytes.
  var lastWords: String {
    let end = lseek(messages.descriptor, 0, SEEK_END)
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = pread(messages.descriptor, &buffer, buffer.count, max(0, end - off_t(buffer.count)))
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  /// Whether there is a program of that name on the path.
  static func exists(_ program: String) -> Bool {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
  }

  private static func unnamedFile() throws -> OpenFile {
    var name = Array((temporaryDirectory() + "/slipway-XXXXXX").utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw DiskImageError.system("create a file in", temporaryDirectory()) }
    unlink(name)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return OpenFile(descriptor)
  }

  /// Where short-lived files go.
  static func temporaryDirectory() -> String {
    getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
  }
}
