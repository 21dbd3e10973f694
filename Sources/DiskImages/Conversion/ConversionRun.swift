/// The work of one conversion: blocks through a pipeline into the output.
struct ConversionRun {
  let source: DiskSource
  let file: OutputFile
  let options: ConvertOptions
  let progress: (ConvertProgress) -> Void

  private var threads: Int { options.threads ?? ConvertOptions.defaultThreads }

  /// Writes the disk in a format; returns how many blocks are not all zero.
  func write(_ format: DiskFormat) throws -> Int {
    switch format {
    case .zvhd2: return try writeZVHD2()
    case .raw: return try writeRaw()
    default:
      throw DiskImageError(
        .unsupported, "\(format.displayName) cannot be written, only ZVHD2 and RAW",
        hint: "write RAW and use qemu-img convert -O \(format.rawValue)")
    }
  }

  private func writeZVHD2() throws -> Int {
    var place: UInt64 = 0
    let writer = try ZVHD2Writer(
      diskSize: source.blocks.diskSize, timestamp: options.timestamp, uuid: options.uuid
    ) { [file] bytes in
      try file.write(bytes, at: place)
      place += UInt64(bytes.count)
    }
    let level = Int32(options.level)
    try pass(source.blocks, .convert, slotSize: ZVHD2FrameEncoder.maximumLength) {
      try FrameWorker(level: level)
    } each: { result, frame in
      guard result.stored == nil else { return try writer.append(frame: frame) }
      try writer.skip(blocks: result.stretch.blocks)
    }
    try writer.finish()
    return writer.storedBlocks
  }

  private func writeRaw() throws -> Int {
    let size = options.rawSize == .current ? source.blocks.roundedSize : source.blocks.diskSize
    var stored = 0
    // One thread writes: several would wait for each other inside the kernel, which lets one at a time into a file.
    let writer = RawWriter(file, size: size)
    try pass(source.blocks, .convert, slotSize: source.blocks.blockSize, inPlace: true) {
      ZeroScanWorker()
    } each: { result, bytes in
      guard result.stored != nil else { return }
      try writer.write(bytes, block: result.block)
      stored += 1
    }
    try file.setSize(size)
    return stored
  }

  /// Reads the output back and compares every block with the input's.
  func verify(_ format: DiskFormat) throws {
    let written = try FileByteSource(path: file.temporary)
    let output: any BlockInput = try format == .zvhd2 ? ZVHD2BlockInput(written) : RawBlockInput(written)
    let pair = PairedBlockInput(source.blocks, output)
    try pass(pair, .verify, slotSize: 0) { [file] in
      CompareWorker(pair, name: file.path)
    } each: { _, _ in
    }
  }

  private func pass(
    _ input: any BlockInput, _ phase: ConvertProgress.Phase, slotSize: Int, inPlace: Bool = false,
    worker: @escaping @Sendable () throws -> any BlockWorker,
    each: (BlockResult, UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try source.naming {
      let pipeline = try BlockPipeline(
        input, threads: input.isParallel ? threads : 1, slotSize: slotSize, inPlace: inPlace, worker: worker)
      defer { pipeline.stop() }
      var done: UInt64 = 0
      while let blocks = try pipeline.next(
        isCancelled: { options.isCancelled() || Task.isCancelled },
        { result, slot in
          try each(result, slot)
          return result.stretch.blocks
        })
      {
        done += UInt64(blocks) * UInt64(input.blockSize)
        progress(
          ConvertProgress(
            phase: phase, bytesDone: min(done, input.diskSize), bytesTotal: input.diskSize,
            bytesWritten: file.bytesWritten))
      }
    }
  }
}
