/// Reads the blocks of a disk and works on them in threads of its own, and hands out the results in the disk's order.
///
/// Each thread draws a ticket together with the next stretch of the disk, so tickets follow the disk; then it reads and
/// works, at the same time as the others. Nobody draws a ticket that is further ahead of the results fetched than there
/// are slots: that bounds the memory. An error takes the place of its result, so that which of several errors is
/// reported does not depend on who was faster.
final class BlockPipeline: Sendable {
  private struct State {
    var drawn = 0
    var fetched = 0
    /// Number of tickets, once the end of the disk was seen.
    var end: Int?
    var results: [Int: Result<BlockResult, any Error>] = [:]
    var isStopped = false
  }

  private final class Position {
    let stretches: any BlockStretches
    var block: Int

    init(_ stretches: any BlockStretches, block: Int) {
      (self.stretches, self.block) = (stretches, block)
    }
  }

  /// The disk that is read.
  let input: any BlockInput
  private let state = Monitor(State())
  private let position: Monitor<Position>
  private let slots: BlockSlots
  private let threads: Monitor<[WorkerThread]>

  /// Starts `threads` threads, which begin with the block `first`; each leaves up to `slotSize` bytes for a block.
  ///
  /// With `inPlace` blocks are read right into their slots, for workers that leave them as they are. `worker` makes the
  /// worker of one thread, in that thread. Throws what the input throws and when no thread starts.
  init(
    _ input: any BlockInput, from first: Int = 0, threads count: Int, slotSize: Int, inPlace: Bool = false,
    worker: @escaping @Sendable () throws -> any BlockWorker
  ) throws {
    self.input = input
    position = try Monitor(Position(input.stretches(from: first), block: first))
    slots = BlockSlots(count: 3 * count + 2, size: slotSize)
    threads = Monitor([])
    for _ in 0..<count {
      do {
        let thread = try WorkerThread { [state, position, slots] in
          Self.run(input, state, position, slots, inPlace, worker)
        }
        threads.change { $0.append(thread) }
      } catch {
        // A system short of threads still has those that were started.
        if threads.change({ $0.isEmpty }) { throw error }
        break
      }
    }
  }

  deinit { stop() }

  /// Gives the next result and its slot to `body`; nil behind the last one.
  ///
  /// Asks `isCancelled` while it waits. Throws what a worker or the input threw, and `cancelled`.
  func next<Value>(
    isCancelled: () -> Bool, _ body: (BlockResult, UnsafeRawBufferPointer) throws -> Value
  ) throws -> Value? {
    while !isCancelled() {
      let found = state.wait(milliseconds: 50) { state -> Result<BlockResult, any Error>?? in
        if let result = state.results.removeValue(forKey: state.fetched) { return .some(result) }
        return state.end == state.fetched ? .some(nil) : nil
      }
      guard let found else { continue }
      guard let result = try found?.get() else { return nil }
      let ticket = state.change { $0.fetched }
      let used = UnsafeRawBufferPointer(rebasing: slots[ticket][..<(result.stored ?? 0)])
      let value = try body(result, used)
      state.change { $0.fetched += 1 }
      return value
    }
    input.abandon()
    throw DiskImageError(.cancelled, "the work was stopped")
  }

  /// Ends all threads, each when it is done with its block, and waits for them.
  func stop() {
    state.change { $0.isStopped = true }
    let started = threads.change { threads in
      defer { threads = [] }
      return threads
    }
    for thread in started { thread.join() }
  }

  private static func run(
    _ input: any BlockInput, _ state: Monitor<State>, _ position: Monitor<Position>, _ slots: BlockSlots,
    _ inPlace: Bool, _ makeWorker: () throws -> any BlockWorker
  ) {
    let decoder = BlockDecoder()
    let own = inPlace ? nil : UnsafeMutableRawBufferPointer.allocate(byteCount: input.blockSize, alignment: 4096)
    defer { own?.deallocate() }
    let worker = Result { try makeWorker() }
    while let drawn = draw(state, position, slots, own) {
      let buffer = own ?? slots[drawn.ticket]
      let result = Result {
        var result = try drawn.result.get()
        guard case .block(let content) = result.stretch else { return result }
        try input.load(result.block, content, into: buffer, with: decoder)
        // What a file has behind its disk's end is no part of the disk.
        buffer[input.length(ofBlock: result.block)...].zero()
        result.stored = try worker.get().work(
          on: UnsafeRawBufferPointer(buffer), block: result.block, into: slots[drawn.ticket])
        return result
      }
      state.change { $0.results[drawn.ticket] = result }
    }
  }

  /// The next ticket with its stretch, or the error that takes its place; nil when there is nothing more to do.
  private static func draw(
    _ state: Monitor<State>, _ position: Monitor<Position>, _ slots: BlockSlots, _ own: UnsafeMutableRawBufferPointer?
  ) -> (ticket: Int, result: Result<BlockResult, any Error>)? {
    position.change { position in
      let ticket = state.wait { state -> Int?? in
        if state.isStopped || state.end != nil { return .some(nil) }
        guard state.drawn < state.fetched + slots.count else { return nil }
        state.drawn += 1
        return .some(state.drawn - 1)
      }
      guard case .some(.some(let ticket)) = ticket else { return nil }
      do {
        guard let stretch = try position.stretches.next(own ?? slots[ticket]) else {
          state.change { $0.end = ticket }
          return nil
        }
        defer { position.block += stretch.blocks }
        return (ticket, .success(BlockResult(block: position.block, stretch: stretch)))
      } catch {
        state.change { $0.end = ticket + 1 }
        return (ticket, .failure(error))
      }
    }
  }
}
