import Glibc

/// Converts disk images to ZVHD2 or RAW, natively from RAW, ZVHD2 and ZVHD, with the help of `qemu-nbd` from others.
public enum DiskConverter {
  /// Converts the image at `input` to a file at `output`.
  ///
  /// The input's format is found by its content, the output's by its extension (`.zvhd2`; `.raw`, `.img`, `.bin`).
  /// Threads read, unpack and compress blocks; the calling thread puts them in order and blocks until the end. Holes
  /// of a RAW input are skipped without reading, a RAW output gets holes for zeros. The output appears under its name
  /// only when it is whole; on errors and cancellation nothing of it is left.
  ///
  /// `progress` is called in the calling thread. Throws ``DiskImageError``; its kind is `cancelled` when it was
  /// stopped, `verification` when the output does not read back as the input.
  @discardableResult
  public static func convert(
    from input: String, to output: String, options: ConvertOptions = ConvertOptions(),
    progress: (ConvertProgress) -> Void = { _ in }
  ) throws -> ConvertSummary {
    try options.check()
    let clock = ContinuousClock()
    let begin = clock.now
    let outputFormat = try options.outputFormat ?? format(ofOutput: output)
    let source = try DiskSource(path: input, options: options)
    try refuseSameFile(source, output)
    let file = try OutputFile(path: output, force: options.force)
    var stored = 0
    do {
      stored = try withoutActuallyEscaping(progress) { progress in
        let run = ConversionRun(source: source, file: file, options: options, progress: progress)
        let stored = try run.write(outputFormat)
        if options.verify { try run.verify(outputFormat) }
        if options.synchronize { try file.synchronize() }
        // That may have taken long.
        if options.isCancelled() || Task.isCancelled { throw DiskImageError(.cancelled, "the work was stopped") }
        try source.checkUnchanged()
        return stored
      }
    } catch let error as DiskImageError where error.kind == .cancelled {
      throw DiskImageError(.cancelled, "the conversion to '\(file.path)' was stopped; nothing was kept")
    }
    let size = try file.size()
    try file.commit(force: options.force, synchronize: options.synchronize)
    return ConvertSummary(
      inputFormat: source.format, outputFormat: outputFormat, virtualSize: source.blocks.diskSize,
      bytesRead: source.blocks.bytesRead, storedBlocks: stored, totalBlocks: source.blocks.blockCount,
      outputSize: size, isVerified: options.verify, duration: begin.duration(to: clock.now))
  }

  private static func format(ofOutput path: String) throws -> DiskFormat {
    guard let format = DiskFormat(fileName: path) else {
      throw DiskImageError(
        .argument, "the name of the output '\(path)' does not tell its format", hint: "let it end in .zvhd2 or .raw")
    }
    return format
  }

  private static func refuseSameFile(_ source: DiskSource, _ output: String) throws {
    let from = try source.file.file.status(path: source.file.path)
    var to = stat()
    guard stat(output, &to) == 0, from.st_dev == to.st_dev, from.st_ino == to.st_ino else { return }
    throw DiskImageError(
      .argument, "input and output are the same file: '\(output)'", hint: "give the output another name")
  }
}
