/// The bytes of a ZVHD2 file as they are made, with checkpoints to go on from.
///
/// Not for several threads at once. Threads of its own read and compress ahead, a few blocks and no more.
public final class ZVHD2Stream {
  /// The bytes made and not yet given, and where in the file they stand.
  private final class Pending {
    var bytes: [UInt8] = []
    /// How many of `bytes` were given.
    var used = 0
    /// Place in the file of the next byte that is made.
    var made: UInt64 = 0
    /// Place in the file of the next byte to give; what is made before it was given in an earlier run.
    var given: UInt64 = 0

    func add(_ new: UnsafeRawBufferPointer) {
      let old = given > made ? Int(min(UInt64(new.count), given - made)) : 0
      bytes.append(contentsOf: new[old...])
      made += UInt64(new.count)
    }

    func take(_ limit: Int) -> [UInt8] {
      let end = min(bytes.count, used + limit)
      let piece = used == 0 && end == bytes.count ? bytes : Array(bytes[used..<end])
      used = end
      given += UInt64(piece.count)
      if used == bytes.count {
        bytes.removeAll(keepingCapacity: true)
        used = 0
      }
      return piece
    }
  }

  private let source: DiskSource
  private let options: ConvertOptions
  private let progress: (ConvertProgress) -> Void
  private let pending = Pending()
  private let writer: ZVHD2Writer
  private let pipeline: BlockPipeline
  private var isFinished = false
  /// Frames that earlier checkpoints tell of, and where they end in the file.
  private var told = 0
  private var toldEnd = UInt64(ZVHD2Header.blockLength)

  init(
    _ source: DiskSource, _ options: ConvertOptions, _ checkpoints: [[UInt8]],
    progress: @escaping (ConvertProgress) -> Void
  ) throws {
    (self.source, self.options, self.progress) = (source, options, progress)
    let start = try checkpoints.first.map { try ZVHD2Checkpoint.Start(parsing: $0) }
    if let start, start.diskSize != source.blocks.diskSize {
      throw ZVHD2Checkpoint.misfit("the disk has \(source.blocks.diskSize) bytes, not \(start.diskSize)")
    }
    writer = try ZVHD2Writer(
      diskSize: source.blocks.diskSize, timestamp: start?.timestamp ?? options.timestamp,
      uuid: start?.uuid ?? options.uuid
    ) { [pending] in pending.add($0) }
    for bytes in checkpoints.dropFirst() {
      let checkpoint = try ZVHD2Checkpoint(parsing: bytes)
      for frame in checkpoint.frames {
        guard frame.block >= writer.nextBlock, frame.block < writer.blockCount else {
          throw ZVHD2Checkpoint.misfit("block \(frame.block) follows block \(writer.nextBlock - 1)")
        }
        writer.note(frame: frame.length, of: frame.block)
        told += 1
        toldEnd += UInt64(frame.length)
      }
      pending.given = checkpoint.given
    }
    if pending.given > 0 {
      // The header was made again by the writer; it, and what is made up to the checkpoint, is not given again.
      pending.bytes.removeAll()
      if pending.given < UInt64(ZVHD2Header.blockLength) {
        throw ZVHD2Checkpoint.misfit("it stands in the header")
      }
      pending.made = writer.bytesWritten
    }
    let level = Int32(options.level)
    let verify = options.verify
    pipeline = try BlockPipeline(
      source.blocks, from: writer.nextBlock,
      threads: source.blocks.isParallel ? options.threads ?? ConvertOptions.defaultThreads : 1,
      slotSize: ZVHD2FrameEncoder.maximumLength
    ) { try FrameWorker(level: level, verify: verify) }
  }

  deinit { close() }

  /// The next bytes, at most `limit`; none at the end.
  ///
  /// Throws ``DiskImageError``, `cancelled` when the options say so.
  public func next(upTo limit: Int) throws -> [UInt8] {
    while pending.bytes.isEmpty, !isFinished { try advance() }
    return pending.take(max(limit, 0))
  }

  /// What the stream needs to go on from here: with all that were asked for before, in order, from the first, which is
  /// to be asked for before any byte.
  public func checkpoint() -> [UInt8] {
    guard pending.given > 0 else {
      return ZVHD2Checkpoint.Start(
        timestamp: writer.header.timestamp, uuid: writer.header.uuid, diskSize: source.blocks.diskSize
      ).encoded
    }
    var checkpoint = ZVHD2Checkpoint(given: pending.given)
    while told < writer.frames.count, toldEnd + UInt64(writer.frames[told].length) <= pending.given {
      checkpoint.frames.append(writer.frames[told])
      toldEnd += UInt64(writer.frames[told].length)
      told += 1
    }
    return checkpoint.encoded
  }

  /// Ends the threads; nothing may be asked for any more.
  public func close() { pipeline.stop() }

  /// Makes some more bytes, or none where the disk is zero.
  private func advance() throws {
    let isEnd = try source.naming {
      try pipeline.next(isCancelled: { options.isCancelled() }) { result, frame in
        if result.stored == nil {
          try writer.skip(blocks: result.stretch.blocks)
        } else {
          try writer.append(frame: frame)
        }
      } == nil
    }
    if isEnd {
      try writer.finish()
      isFinished = true
    }
    let size = source.blocks.diskSize
    let done = UInt64(writer.nextBlock) * UInt64(source.blocks.blockSize)
    progress(ConvertProgress(bytesDone: min(done, size), bytesTotal: size, bytesWritten: pending.made))
  }
}
