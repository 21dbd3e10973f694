import CloudAccess
import Crypto
import Foundation

extension Uploader {
  /// How many small parts a source that comes once has: those behind are 116 MiB for 1 TiB, which fits into memory.
  private static let mostSmallOfStreams = 1000

  func upload(
    sequential source: any SequentialUploadSource, bucket: String, key: String
  ) async throws -> UploadResult {
    let bound = source.size ?? source.sizeBound
    guard bound <= PartPlan.greatestObject else {
      throw CloudError(
        kind: .validation,
        message: "\(source.name) may have \(bound) bytes; an object has at most \(PartPlan.greatestObject).")
    }
    // A first part that is asked to be smaller is; a larger one would not fit into memory.
    let head = options.heldHead.map { max(options.heldPart, min($0, options.partSize ?? $0)) }
    let count = source.comesOnce ? min(options.heldParts, Self.mostSmallOfStreams) : options.heldParts
    var plan = PartPlan(
      bound: bound, head: limiter == nil ? head : nil, small: options.heldPart, count: count)
    let file = try openRecord(bucket: bucket, key: key)
    var resumed: (record: UploadRecord, there: [StoredPart])?
    switch try await resumption(file, source: source, matches: { suits($0, bound) }) {
    case .anew: break
    case .goesOn(let record, let there): (resumed, plan) = ((record, there), record.plan)
    case .isDone(let record, let object): return done(record, object, file)
    }
    // What is still to be made cannot be compared, so whatever is there is in the way.
    if options.existing == .refuse, let object = try await existing(bucket: bucket, key: key) { throw refused(object) }

    let checkpoints = resumed.map { Self.usable($0.record, $0.there) } ?? []
    let maker = PartMaker(source: source, plan: plan, mostHeld: plan.headSize, checkpoints: checkpoints)
    do {
      let result = try await upload(
        source, plan: plan, maker: maker, kept: max(0, checkpoints.count - 1), file: file, resumed: resumed,
        target: (bucket, key))
      await maker.close()
      return result
    } catch {
      await maker.close()
      throw error
    }
  }

  /// Whether an upload under way goes on as it is divided; its small parts must fit into memory.
  private func suits(_ record: UploadRecord, _ bound: UInt64) -> Bool {
    record.checkpoint != nil && record.plan.capacity >= bound && record.plan.firstSize == options.heldPart
      && record.plan.headSize <= max(options.heldHead ?? 0, options.heldPart)
  }

  /// The checkpoints of the record as far as the store has the parts.
  private static func usable(_ record: UploadRecord, _ there: [StoredPart]) -> [[UInt8]] {
    let stored = Set(there)
    var usable: [[UInt8]] = []
    for (number, checkpoint) in record.checkpoints.enumerated() {
      guard number == 0 || record.parts[number].map({ stored.contains($0.stored) }) == true else { break }
      usable.append(checkpoint)
    }
    return usable
  }

  private func upload(
    _ source: any SequentialUploadSource, plan: PartPlan, maker: PartMaker, kept: Int, file: UploadRecordFile?,
    resumed: (record: UploadRecord, there: [StoredPart])?, target: (bucket: String, key: String)
  ) async throws -> UploadResult {
    let (bucket, key) = target
    let start = try await maker.begin()
    var machine = machine(nil, plan)
    var there: [Int: StoredPart] = [:]
    let record: UploadRecord
    var first: MadePart?
    if let resumed {
      record = resumed.record
      for part in resumed.there {
        if part.number <= kept { machine.found(part) } else { there[part.number] = part }
      }
    } else {
      first = try await maker.make()
      if first.map({ $0.bytes.map { UInt64($0.count) < plan.headSize } ?? false }) ?? true {
        defer { file?.remove() }
        return try await put(first?.bytes ?? [], bucket, key)
      }
      record = UploadRecord(
        store: store.identity, bucket: bucket, key: key, uploadID: try await begin(bucket, key), source: source.name,
        fingerprint: source.fingerprint, size: source.size, plan: plan, checkpoint: start, begun: time.now)
      try await remember(record, file)
    }
    let had = machine.storedParts.values.reduce(0) { $0 + $1.size }
    observe(resumed == nil ? .started(size: source.size) : .resumed(parts: kept, bytes: had))
    let meter = UploadMeter(total: source.size, stored: had, parts: kept, time: time, observe: observe)
    let upload = UploadTarget(bucket: bucket, key: key, uploadID: record.uploadID)
    let etag: String?
    let size: UInt64
    do {
      try await run(&machine, upload, maker, there, file, meter, first)
      try source.checkUnchanged()
      // Ctrl-C ends whoever writes to a pipe as well, and so the stream: half of it must not become the object.
      try Task.checkCancellation()
      size = machine.storedParts.values.reduce(0) { $0 + $1.size }
      etag = try await complete(upload, machine.storedParts, size: size)
    } catch {
      if source.comesOnce { await giveUp(upload, file) }
      throw error
    }
    file?.remove()
    return UploadResult(
      bucket: bucket, key: key, size: size, etag: etag, parts: machine.storedParts.count, sentBytes: meter.sentBytes,
      resumedBytes: had, wasThere: false, duration: .zero)
  }

  /// Has the store forget the parts that nobody can go on with; where it does not, the record stays, and the next run tries.
  private func giveUp(_ target: UploadTarget, _ file: UploadRecordFile?) async {
    // A task that was cancelled could not make the call.
    let isGivenUp = await Task.detached { [store] in
      (try? await store.abortUpload(bucket: target.bucket, key: target.key, uploadID: target.uploadID)) != nil
    }.value
    if isGivenUp { file?.remove() }
  }

  /// What turned out to be smaller than a part goes in one piece.
  private func put(_ bytes: [UInt8], _ bucket: String, _ key: String) async throws -> UploadResult {
    observe(.started(size: UInt64(bytes.count)))
    try await limiter?.pass(bytes.count)
    let etag = try await store.put(
      bucket: bucket, key: key, body: bytes, contentType: options.contentType, storageClass: options.storageClass)
    return UploadResult(
      bucket: bucket, key: key, size: UInt64(bytes.count), etag: etag, parts: 0, sentBytes: UInt64(bytes.count),
      resumedBytes: 0, wasThere: false, duration: .zero)
  }

  private func run(
    _ machine: inout UploadMachine, _ target: UploadTarget, _ maker: PartMaker, _ there: [Int: StoredPart],
    _ file: UploadRecordFile?, _ meter: UploadMeter, _ first: MadePart?
  ) async throws {
    var state = machine
    defer { machine = state }
    // The parts that wait or are under way, with their bytes.
    var held: [Int: MadePart] = [:]
    func take(_ made: MadePart?) throws {
      guard let made else { return state.sourceEnded() }
      guard let bytes = made.bytes else { return state.made(made.part) }
      if let stored = there[made.part.number], stored.size == made.part.size,
        stored.etag == Hex.encode(Insecure.MD5.hash(data: bytes))
      {
        // Stored just before a kill, or behind a part that was not: it need not be sent again.
        try file?.add(UploadRecord.Part(stored: stored, checkpoint: made.checkpoint))
        meter.stored(stored)
        return state.found(stored)
      }
      held[made.part.number] = made
      state.made(made.part)
    }
    if let first { try take(first) }
    try await withThrowingTaskGroup(of: PartOutcome.self) { group in
      defer { group.cancelAll() }
      while true {
        try Task.checkCancellation()
        switch state.next(at: time.monotonic) {
        case .make: group.addTask { .made(try await maker.make()) }
        case .send(let part):
          if let made = held[part.number] {
            group.addTask { try await self.send(made, target, meter) }
          } else {
            group.addTask { try await self.sendWhileMade(part, target, maker, meter) }
          }
        case .wait(let moment):
          if let moment { group.addTask { await self.pause(until: moment) } }
          guard let outcome = try await group.next() else { return }
          switch outcome {
          case .made(let made): try take(made)
          case .stored(let part, let checkpoint):
            // Only what the disk has counts as stored.
            try file?.add(UploadRecord.Part(stored: part, checkpoint: checkpoint))
            meter.stored(part)
            held[part.number] = nil
          default: break
          }
          note(outcome, &state)
        case .complete: return
        case .stop(let reason):
          if reason == .uploadGone { file?.remove() }
          throw error(for: reason, target.bucket, target.key)
        }
      }
    }
  }

  /// Sends a part that is held in memory.
  private func send(_ made: MadePart, _ target: UploadTarget, _ meter: UploadMeter) async throws -> PartOutcome {
    let bytes = made.bytes ?? []
    let digest = Array(Insecure.MD5.hash(data: bytes))
    let body = PartBody.stream(made.part.number, bytes: bytes, limiter: limiter, meter: meter)
    let outcome = try await send(made.part, target, digest: digest, meter: meter, body: body)
    guard case .stored(let part, _) = outcome else { return outcome }
    return .stored(part, checkpoint: made.checkpoint)
  }

  /// Sends a part that is too large to be held; its MD5 is known only behind it, and compared with the entity tag.
  private func sendWhileMade(
    _ part: UploadPart, _ target: UploadTarget, _ maker: PartMaker, _ meter: UploadMeter
  ) async throws -> PartOutcome {
    let (body, notes) = try await maker.body(of: part, limiter: limiter, meter: meter)
    do {
      let outcome = try await send(part, target, meter: meter, body: body, digestBehind: { notes.digest })
      guard case .stored(let stored, _) = outcome else { return outcome }
      return .stored(stored, checkpoint: notes.checkpoint)
    } catch let error as PartMaker.EndedEarly {
      meter.failed(part.number)
      return .ended(part.number, error.size)
    }
  }
}
