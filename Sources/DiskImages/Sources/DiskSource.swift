import Glibc

/// An image opened to be converted: the file, its format, and the disk in it.
final class DiskSource: Sendable {
  let file: FileByteSource
  let format: DiskFormat
  let blocks: any BlockInput
  private let state: State

  /// What changes when somebody writes to the file.
  private struct State: Equatable {
    var size: off_t = 0
    var seconds = 0
    var nanoseconds = 0

    init(_ file: FileByteSource) throws {
      let status = try file.file.status(path: file.path)
      guard status.st_mode & S_IFMT == S_IFREG else {
        // A device has no time of change, but its size may be another now: a volume that was extended, say.
        size = lseek(file.file.descriptor, 0, SEEK_END)
        return
      }
      (size, seconds, nanoseconds) = (status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
  }

  /// Opens the image; its format is found by its content unless the options name it.
  init(path: String, options: ConvertOptions) throws {
    let file = try FileByteSource(path: path)
    guard file.size > 0 else { throw DiskImageError(.argument, "'\(path)' is empty: there is no disk in it") }
    let format = try options.inputFormat ?? Self.format(of: file)
    self.file = file
    self.format = format
    state = try State(file)
    blocks = try Self.naming(path) {
      switch format {
      case .raw:
        posix_fadvise(file.file.descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        return RawBlockInput(file)
      case .zvhd2: return try ZVHD2BlockInput(file)
      case .zvhd: return try ZVHDBlockInput(file)
      case .qcow2, .qcow, .qed, .vhd, .vhdx, .vmdk, .vdi:
        if !options.followReferences { try ForeignReferences.refuse(in: file, format, path: path) }
        return RawBlockInput(
          try QemuDiskSource(
            path: path, format: format, connections: options.threads ?? ConvertOptions.defaultThreads,
            followReferences: options.followReferences))
      default:
        throw DiskImageError(
          .unsupported, "it is \(format.displayName), expected the image of a disk",
          hint: ConversionAdvice.hint(for: format, file: path))
      }
    }
  }

  /// Throws `busy` when somebody wrote to the file since it was opened; of block devices only the size tells.
  func checkUnchanged() throws {
    guard try State(file) != state else { return }
    throw DiskImageError(
      .busy, "'\(file.path)' was changed while it was read: the result would be neither the old disk nor the new one",
      hint: "convert it when nothing writes to it: shut the machine down, or make a snapshot and convert that")
  }

  /// Puts the file's name in front of errors that come from its content.
  func naming<Value>(_ body: () throws -> Value) throws -> Value {
    try Self.naming(file.path, body)
  }

  private static func naming<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch var error as DiskImageError {
      let concernsInput = [.truncated, .corrupt, .unsupported].contains(error.kind)
      if concernsInput, !error.message.contains("'\(path)'") { error.message = "'\(path)': \(error.message)" }
      throw error
    }
  }

  private static func format(of source: FileByteSource) throws -> DiskFormat {
    if let found = try DiskFormat.detect(source) { return found }
    guard let claimed = DiskFormat(fileName: source.path) else {
      guard let suffix = DiskFormat.fileExtension(of: source.path) else { return .raw }
      throw DiskImageError(
        .unsupported, "'\(source.path)' is in no known format, and .\(suffix) does not say RAW",
        hint: "rename it to end in .raw if it is the plain bytes of a disk")
    }
    guard claimed == .raw else {
      throw DiskImageError(
        .corrupt, "'\(source.path)' does not begin as a \(claimed.displayName) file does",
        hint: "the file is damaged, or its name is wrong")
    }
    return .raw
  }
}
