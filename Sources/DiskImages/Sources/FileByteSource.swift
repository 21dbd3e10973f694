import Glibc

/// A regular file or a block device as a ``ByteSource``.
///
/// The size is taken once, at opening. Reads give their offset to the kernel (`pread`), so any number of threads may
/// read at the same time.
public struct FileByteSource: ExtentSource {
  public let path: String
  public let size: UInt64
  public let storedSize: UInt64?
  let file: OpenFile

  /// Opens `path` for reading.
  ///
  /// Throws ``DiskImageError``: `notFound`, `permission`, `io`; `argument` for directories, pipes and other things
  /// that have no bytes to be read at any place.
  public init(path: String) throws {
    // Without O_NONBLOCK opening a pipe would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw DiskImageError.system("open", path) }
    file = OpenFile(descriptor)
    self.path = path
    let status = try file.status(path: path)
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      size = UInt64(max(0, status.st_size))
      storedSize = UInt64(max(0, status.st_blocks)) * 512
    case S_IFBLK:
      let end = lseek(descriptor, 0, SEEK_END)
      guard end >= 0 else { throw DiskImageError.system("find the size of", path) }
      size = UInt64(end)
      storedSize = nil
    case S_IFDIR:
      throw DiskImageError(.argument, "'\(path)' is a directory, expected an image file", hint: "name the file in it")
    default:
      throw DiskImageError(
        .argument, "'\(path)' is neither a regular file nor a block device",
        hint: "images are read at many places, so pipes and other streams do not work: save the data to a file first")
    }
  }

  public func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    let length = available(at: offset, count: count)
    return try [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
      initialized = try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  public func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let length = available(at: offset, count: buffer.count)
    guard length > 0, let base = buffer.baseAddress else { return 0 }
    var done = 0
    while done < length {
      let count = pread(file.descriptor, base + done, length - done, off_t(offset) + off_t(done))
      if count < 0 {
        if errno == EINTR { continue }
        throw DiskImageError.system("read", path, at: offset + UInt64(done))
      }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// The next range from `offset` that is not a hole, nil when only a hole is left.
  ///
  /// File systems that know no holes, and devices, give all the rest as data.
  func dataExtent(from offset: UInt64) throws -> Range<UInt64>? {
    guard offset < size else { return nil }
    let start = lseek(file.descriptor, off_t(offset), Self.seekData)
    if start < 0 {
      switch errno {
      case ENXIO: return nil
      case EINVAL, EOPNOTSUPP: return offset..<size
      default: throw DiskImageError.system("look for holes in", path)
      }
    }
    let end = lseek(file.descriptor, start, Self.seekHole)
    let from = min(max(UInt64(start), offset), size)
    let to = end < 0 ? size : min(max(UInt64(end), from), size)
    // A file that changes under our hands may give an empty range: read on rather than loop.
    return from < to ? from..<to : offset..<size
  }

  // From <unistd.h>, where they are visible to GNU sources only.
  private static let seekData: Int32 = 3
  private static let seekHole: Int32 = 4
}
