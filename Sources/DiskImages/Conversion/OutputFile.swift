import Glibc
import Synchronization

/// A file that is written under a temporary name beside its final one, and gets that only when it is whole.
///
/// Whatever goes wrong before ``commit(force:synchronize:)`` leaves the final name as it was; the temporary file is
/// removed with the last reference. Its name follows from the final one, `.NAME.slipway-part`, and it is locked while
/// it is written: what a killed run left behind is replaced by the next, and two runs do not write the same output.
final class OutputFile: Sendable {
  /// Where the file will stand.
  let path: String
  /// Where it stands until then.
  let temporary: String
  /// Bytes written so far, without holes.
  var bytesWritten: UInt64 { written.load(ordering: .relaxed) }

  /// The page cache takes memory for a write in pieces as large as the write. Pieces of 1 MiB and more come from what
  /// a virtual machine has handed back to its host and must fetch again, page by page: ten times as slow.
  private static let mostAtOnce = 262_144

  private let file: OpenFile
  private let written = Atomic<UInt64>(0)
  private let isCommitted = Atomic<Bool>(false)

  /// Creates the temporary file; throws `exists` when there is a file at `path` and `force` is off, and `busy` when
  /// another conversion writes it.
  init(path: String, force: Bool) throws {
    let target = try Self.target(path, force: force)
    let (directory, name) = Self.split(target)
    self.path = target
    // Long names would not take the suffix; the kernel allows 255 bytes.
    let stem = String(decoding: name.utf8.prefix(200), as: UTF8.self)
    temporary = "\(directory)/.\(stem).slipway-part"
    file = try Self.create(temporary, for: target, in: directory)
  }

  deinit {
    if !isCommitted.load(ordering: .relaxed) { unlink(temporary) }
  }

  /// Length of the file.
  func size() throws -> UInt64 { UInt64(max(0, try file.status(path: path).st_size)) }

  /// Writes at any place, from any thread; what is left out becomes a hole.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let length = min(bytes.count - done, Self.mostAtOnce)
      let count = pwrite(file.descriptor, base + done, length, off_t(offset) + off_t(done))
      if count < 0 {
        if errno == EINTR { continue }
        throw DiskImageError.system("write", path)
      }
      done += count
    }
    written.add(UInt64(bytes.count), ordering: .relaxed)
  }

  /// Cuts or extends the file, with a hole.
  func setSize(_ length: UInt64) throws {
    guard ftruncate(file.descriptor, off_t(length)) == 0 else { throw DiskImageError.system("set the size of", path) }
  }

  /// Waits until what was written is on stable storage.
  func synchronize() throws {
    guard fsync(file.descriptor) == 0 else { throw DiskImageError.system("write", path) }
  }

  /// Gives the file its name; with `synchronize` that is on stable storage, too, when this returns.
  func commit(force: Bool, synchronize: Bool) throws {
    if force {
      guard rename(temporary, path) == 0 else { throw DiskImageError.system("create", path) }
    } else if link(temporary, path) == 0 {
      // A link fails if somebody else made the file meanwhile, where a rename would replace it.
      unlink(temporary)
    } else if errno == EEXIST {
      throw Self.exists(path)
    } else {
      // File systems without hard links: look once more, then rename.
      guard access(path, F_OK) != 0 else { throw Self.exists(path) }
      guard rename(temporary, path) == 0 else { throw DiskImageError.system("create", path) }
    }
    isCommitted.store(true, ordering: .relaxed)
    if synchronize { Self.synchronizeDirectory(Self.split(path).directory) }
  }

  private static func target(_ path: String, force: Bool) throws -> String {
    guard !path.isEmpty, path.last != "/" else {
      throw DiskImageError(.argument, "'\(path)' names no output file")
    }
    var status = stat()
    guard stat(path, &status) == 0 else { return path }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      guard force else { throw exists(path) }
    case S_IFDIR:
      throw DiskImageError(.argument, "the output '\(path)' is a directory", hint: "name a file in it")
    default:
      throw DiskImageError(.argument, "the output '\(path)' is not a regular file", hint: "write to a file and copy it")
    }
    // A rename would replace a symbolic link; what it points at is meant.
    guard let resolved = realpath(path, nil) else { throw DiskImageError.system("find", path) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func exists(_ path: String) -> DiskImageError {
    DiskImageError(.exists, "the output '\(path)' exists already", hint: "use force to replace it, or another name")
  }

  /// A new file, locked; one that nobody has locked is what a killed run has left, and goes.
  private static func create(_ path: String, for target: String, in directory: String) throws -> OpenFile {
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 {
        let file = OpenFile(descriptor)
        // Somebody may have taken the new file for a leftover already, then it is theirs.
        if try lock(file, path) { return file }
        throw busy(path, target)
      }
      guard errno == EEXIST else { throw DiskImageError.system("create a file in", directory) }
      let found = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard found >= 0 else {
        if errno == ENOENT { continue }
        throw DiskImageError.system("replace", path)
      }
      let leftover = OpenFile(found)
      guard try lock(leftover, path) else { throw busy(path, target) }
      // Removed rather than emptied: it may be another name of a file somebody needs.
      guard unlink(path) == 0 || errno == ENOENT else { throw DiskImageError.system("replace", path) }
    }
  }

  /// Locks the file; false when another holds it, or it does not stand at `path` any more.
  private static func lock(_ file: OpenFile, _ path: String) throws -> Bool {
    // File systems without locks: the name alone has to do.
    guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { return false }
    var there = stat()
    guard lstat(path, &there) == 0 else { return false }
    let here = try file.status(path: path)
    return there.st_ino == here.st_ino && there.st_dev == here.st_dev
  }

  private static func busy(_ path: String, _ target: String) -> DiskImageError {
    DiskImageError(
      .busy, "another conversion is writing '\(target)'", hint: "wait for its end; it holds the lock on '\(path)'")
  }

  private static func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let directory = slash == path.startIndex ? "/" : String(path[..<slash])
    return (directory, String(path[path.index(after: slash)...]))
  }

  private static func synchronizeDirectory(_ path: String) {
    // Best effort: some file systems refuse it, and the file is whole either way.
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
