import Glibc

/// A file that is written under a temporary name beside its final one, and gets that only when it is whole.
///
/// Whatever goes wrong before ``commit(force:synchronize:)`` leaves the final name as it was; the temporary file is
/// removed with the last reference.
final class OutputFile {
  /// Where the file will stand.
  let path: String
  /// Bytes written so far, without holes.
  private(set) var bytesWritten: UInt64 = 0
  /// Length of the file, as far as it was appended to or set.
  private(set) var size: UInt64 = 0

  private let temporary: String
  private let file: OpenFile
  private var isCommitted = false

  /// Creates the temporary file; throws `exists` when there is a file at `path` and `force` is off.
  init(path: String, force: Bool) throws {
    let target = try Self.target(path, force: force)
    let (directory, name) = Self.split(target)
    self.path = target
    // Long names would not take the suffix; the kernel allows 255 bytes.
    let stem = String(decoding: name.utf8.prefix(200), as: UTF8.self)
    let mark = String(UInt32.random(in: .min ... .max), radix: 36)
    temporary = "\(directory)/.\(stem).\(mark).part"
    let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw DiskImageError.system("create a file in", directory) }
    file = OpenFile(descriptor)
  }

  deinit {
    if !isCommitted { unlink(temporary) }
  }

  /// Writes behind what was appended so far.
  func append(_ bytes: UnsafeRawBufferPointer) throws {
    try write(bytes, at: size)
  }

  /// Writes at any place; what is left out becomes a hole.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let count = pwrite(file.descriptor, base + done, bytes.count - done, off_t(offset) + off_t(done))
      if count < 0 {
        if errno == EINTR { continue }
        throw DiskImageError.system("write", path)
      }
      done += count
    }
    bytesWritten += UInt64(bytes.count)
    size = max(size, offset + UInt64(bytes.count))
  }

  /// Cuts or extends the file, with a hole.
  func setSize(_ length: UInt64) throws {
    guard ftruncate(file.descriptor, off_t(length)) == 0 else { throw DiskImageError.system("set the size of", path) }
    size = length
  }

  /// Gives the file its name, after it is on stable storage if `synchronize` is on.
  func commit(force: Bool, synchronize: Bool) throws {
    if synchronize, fsync(file.descriptor) != 0 { throw DiskImageError.system("write", path) }
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
    isCommitted = true
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
