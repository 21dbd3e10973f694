import Glibc

/// Converts between RAW, ZVHD2 and (as input) ZVHD, natively and in one thread.
public enum DiskConverter {
  /// Converts the image at `input` to a file at `output`.
  ///
  /// The input's format is found by its content, the output's by its extension (`.zvhd2`; `.raw`, `.img`, `.bin`).
  /// Holes of a RAW input are skipped without reading, a RAW output gets holes for zeros. The output appears under its
  /// name only when it is whole; on errors and cancellation nothing of it is left.
  ///
  /// Throws ``DiskImageError``; its kind is `cancelled` when it was stopped.
  @discardableResult
  public static func convert(
    from input: String, to output: String, options: ConvertOptions = ConvertOptions(),
    progress: (ConvertProgress) -> Void = { _ in }
  ) throws -> ConvertSummary {
    let clock = ContinuousClock()
    let begin = clock.now
    let source = try FileByteSource(path: input)
    let inputFormat = try options.inputFormat ?? format(ofInput: source)
    let outputFormat = try options.outputFormat ?? format(ofOutput: output)
    try refuseSameFile(source, output)
    let blocks = try open(source, format: inputFormat)
    let file = try OutputFile(path: output, force: options.force)
    let target = try create(file, format: outputFormat, for: blocks, options: options)

    try transfer(blocks, from: input, target, file, isCancelled: options.isCancelled, progress: progress)
    try target.finish()
    try file.commit(force: options.force, synchronize: options.synchronize)
    return ConvertSummary(
      inputFormat: inputFormat, outputFormat: outputFormat, virtualSize: blocks.diskSize,
      bytesRead: blocks.bytesRead, storedBlocks: target.storedBlocks, totalBlocks: blocks.blockCount,
      outputSize: file.size, duration: begin.duration(to: clock.now))
  }

  private static func transfer(
    _ input: any BlockInput, from path: String, _ output: any BlockOutput, _ file: OutputFile, isCancelled: () -> Bool,
    progress: (ConvertProgress) -> Void
  ) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: input.blockSize, alignment: 4096)
    defer { buffer.deallocate() }
    var done: UInt64 = 0
    while true {
      if isCancelled() || Task.isCancelled {
        throw DiskImageError(.cancelled, "the conversion to '\(file.path)' was stopped; nothing was kept")
      }
      guard let stretch = try naming(path, { try input.next(buffer) }) else { return }
      switch stretch {
      case .zeros(let blocks):
        try output.skip(blocks: blocks)
        done += UInt64(blocks) * UInt64(input.blockSize)
      case .block(let bytes):
        try output.append(UnsafeRawBufferPointer(rebasing: buffer[..<bytes]))
        done += UInt64(bytes)
      }
      progress(
        ConvertProgress(
          bytesDone: min(done, input.diskSize), bytesTotal: input.diskSize, bytesWritten: file.bytesWritten))
    }
  }

  private static func open(_ source: FileByteSource, format: DiskFormat) throws -> any BlockInput {
    guard source.size > 0 else {
      throw DiskImageError(.argument, "'\(source.path)' is empty: there is no disk in it")
    }
    return try naming(source.path) {
      switch format {
      case .raw:
        posix_fadvise(source.file.descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        return RawBlockInput(source)
      case .zvhd2: return try ZVHD2BlockInput(source)
      case .zvhd: return try ZVHDBlockInput(source)
      default:
        throw DiskImageError(
          .unsupported, "it is \(format.displayName), expected RAW, ZVHD2 or ZVHD",
          hint: ConversionAdvice.hint(for: format, file: source.path))
      }
    }
  }

  /// Puts the file's name in front of errors that come from its content.
  private static func naming<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch var error as DiskImageError {
      if !error.message.contains("'\(path)'") { error.message = "'\(path)': \(error.message)" }
      throw error
    }
  }

  private static func create(
    _ file: OutputFile, format: DiskFormat, for input: any BlockInput, options: ConvertOptions
  ) throws -> any BlockOutput {
    switch format {
    case .zvhd2: return try ZVHD2BlockOutput(file, diskSize: input.diskSize, options: options)
    case .raw: return RawBlockOutput(file, size: options.rawSize == .current ? input.roundedSize : input.diskSize)
    default:
      throw DiskImageError(
        .unsupported, "\(format.displayName) cannot be written, only ZVHD2 and RAW",
        hint: "write RAW and use qemu-img convert -O \(format.rawValue)")
    }
  }

  private static func format(ofInput source: FileByteSource) throws -> DiskFormat {
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

  private static func format(ofOutput path: String) throws -> DiskFormat {
    guard let format = DiskFormat(fileName: path) else {
      throw DiskImageError(
        .argument, "the name of the output '\(path)' does not tell its format", hint: "let it end in .zvhd2 or .raw")
    }
    return format
  }

  private static func refuseSameFile(_ source: FileByteSource, _ output: String) throws {
    let from = try source.file.status(path: source.path)
    var to = stat()
    guard stat(output, &to) == 0, from.st_dev == to.st_dev, from.st_ino == to.st_ino else { return }
    throw DiskImageError(
      .argument, "input and output are the same file: '\(output)'", hint: "give the output another name")
  }
}
