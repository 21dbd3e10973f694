import CloudAccess
import Crypto
import Foundation
import NIOPosix

extension Uploader {
  func upload(random source: any RandomAccessUploadSource, bucket: String, key: String) async throws -> UploadResult {
    let size = source.size ?? source.sizeBound
    var plan = try plan(for: size, of: source)
    let file = try openRecord(bucket: bucket, key: key)
    var resumed: (record: UploadRecord, there: [StoredPart])?
    switch try await resumption(file, source: source, matches: { suits($0, size) }) {
    case .anew: break
    case .goesOn(let record, let there): (resumed, plan) = ((record, there), record.plan)
    case .isDone(let record, let object): return done(record, object, file)
    }
    if options.existing == .refuse, let object = try await existing(bucket: bucket, key: key) {
      guard try await isSame(object, as: source, size: size, plan: plan) else { throw refused(object) }
      if let resumed {
        try await store.abortUpload(bucket: bucket, key: key, uploadID: resumed.record.uploadID)
      }
      file?.remove()
      return UploadResult(
        bucket: bucket, key: key, size: size, etag: object.etag, parts: plan.parts(ofSize: size).count, sentBytes: 0,
        resumedBytes: 0, wasThere: true, duration: .zero)
    }
    if resumed == nil, size <= plan.headSize {
      defer { file?.remove() }
      return try await put(source, size: size, bucket: bucket, key: key)
    }
    return try await uploadParts(
      of: source, size: size, plan: plan, file: file, resumed: resumed, bucket: bucket, key: key)
  }

  /// Whether an upload under way goes on as it is divided: what the user asks for today counts only where it differs.
  private func suits(_ record: UploadRecord, _ size: UInt64) -> Bool {
    record.checkpoint == nil && record.plan.capacity >= size
      && options.partSize.map { $0 == record.plan.headSize } ?? true
  }

  private func plan(for size: UInt64, of source: any UploadSource) throws -> PartPlan {
    guard size <= PartPlan.greatestObject else {
      throw CloudError(
        kind: .validation,
        message: "\(source.name) has \(size) bytes; an object has at most \(PartPlan.greatestObject).")
    }
    let plan = PartPlan(
      size: size, head: options.partSize, parallel: options.parallel, isPaced: limiter != nil,
      least: options.leastPart)
    guard let partSize = options.partSize else { return plan }
    guard plan.capacity >= size, (options.leastPart...PartPlan.greatestSize).contains(partSize) else {
      throw CloudError(
        kind: .validation,
        message: "Parts of \(partSize) bytes do not do for \(source.name) with \(size) bytes.",
        hint:
          "a part has 5 MiB to 5 GiB and an object at most 10,000: here at least \(PartPlan(size: size).firstSize) bytes each"
      )
    }
    return plan
  }

  /// A small object goes in one piece; the store compares the MD5.
  private func put(
    _ source: any RandomAccessUploadSource, size: UInt64, bucket: String, key: String
  ) async throws -> UploadResult {
    observe(.started(size: size))
    let part = UploadPart(number: 1, offset: 0, size: size)
    let digest = try await PartDigests.digests(of: [part], source)[1] ?? []
    let meter = UploadMeter(total: size, stored: 0, parts: 0, time: time, observe: observe)
    var machine = machine([part], PartPlan(firstSize: max(size, 1)))
    while true {
      switch machine.next(at: time.monotonic) {
      case .send(let part):
        meter.begun(1)
        do {
          let body = PartBody.stream(part, of: source, limiter: limiter, meter: meter)
          let etag = try await store.put(
            bucket: bucket, key: key, body: body, digest: digest, contentType: options.contentType,
            storageClass: options.storageClass)
          let stored = StoredPart(number: 1, etag: etag ?? Hex.encode(digest), size: size)
          machine.stored(stored, at: time.monotonic)
          meter.stored(stored)
        } catch let error as ObjectStorageError where error.cloudError.kind != .cancelled {
          meter.failed(1)
          note(.failed(1, error), &machine)
        }
      case .wait(let moment):
        if let moment { _ = await pause(until: moment) }
        try Task.checkCancellation()
      case .complete, .make:
        try source.checkUnchanged()
        return UploadResult(
          bucket: bucket, key: key, size: size, etag: machine.storedParts[1]?.etag, parts: 0,
          sentBytes: meter.sentBytes, resumedBytes: 0, wasThere: false, duration: .zero)
      case .stop(let reason): throw error(for: reason, bucket, key)
      }
    }
  }

  private func uploadParts(
    of source: any RandomAccessUploadSource, size: UInt64, plan: PartPlan, file: UploadRecordFile?,
    resumed: (record: UploadRecord, there: [StoredPart])?, bucket: String, key: String
  ) async throws -> UploadResult {
    let all = plan.parts(ofSize: size)
    var record: UploadRecord
    if let resumed {
      record = resumed.record
    } else {
      record = UploadRecord(
        store: store.identity, bucket: bucket, key: key, uploadID: try await begin(bucket, key), source: source.name,
        fingerprint: source.fingerprint, size: size, plan: plan, begun: time.now)
      try await remember(record, file)
    }
    let target = UploadTarget(bucket: bucket, key: key, uploadID: record.uploadID)
    var machine = machine(all, plan)
    // The store's word counts: what it has not is sent again, whatever the record says.
    for part in try await confirmed(resumed?.there ?? [], record, all, source) { machine.found(part) }
    let had = machine.storedParts.values.reduce(0) { $0 + $1.size }
    observe(
      resumed == nil ? .started(size: size) : .resumed(parts: machine.storedParts.count, bytes: had))
    let meter = UploadMeter(
      total: size, stored: had, parts: machine.storedParts.count, time: time, observe: observe)
    let digests = PartDigests(
      source: source, parts: all.filter { machine.storedParts[$0.number] == nil })
    do {
      try await run(&machine, target, file, meter) { part in
        let digest = try await digests.digest(of: part.number)
        let body = PartBody.stream(part, of: source, limiter: self.limiter, meter: meter)
        return try await self.send(part, target, digest: digest, meter: meter, body: body)
      }
    } catch {
      await digests.cancel()
      throw error
    }
    try source.checkUnchanged()
    let etag = try await complete(target, machine.storedParts, size: size)
    file?.remove()
    return UploadResult(
      bucket: bucket, key: key, size: size, etag: etag, parts: all.count, sentBytes: meter.sentBytes,
      resumedBytes: had, wasThere: false, duration: .zero)
  }

  /// Carries out what the machine says until every part is stored.
  private func run(
    _ machine: inout UploadMachine, _ target: UploadTarget, _ file: UploadRecordFile?, _ meter: UploadMeter,
    send: @escaping @Sendable (UploadPart) async throws -> PartOutcome
  ) async throws {
    var state = machine
    defer { machine = state }
    try await withThrowingTaskGroup(of: PartOutcome.self) { group in
      defer { group.cancelAll() }
      while true {
        try Task.checkCancellation()
        switch state.next(at: time.monotonic) {
        case .send(let part): group.addTask(executorPreference: BlockingExecutor.shared) { try await send(part) }
        case .wait(let moment):
          if let moment { group.addTask { await self.pause(until: moment) } }
          guard let outcome = try await group.next() else { return }
          if case .stored(let part, _) = outcome {
            // Only what the disk has counts as stored.
            try file?.add(UploadRecord.Part(stored: part))
            meter.stored(part)
          }
          note(outcome, &state)
        case .make, .complete: return
        case .stop(let reason):
          if reason == .uploadGone { file?.remove() }
          throw error(for: reason, target.bucket, target.key)
        }
      }
    }
  }

  /// The parts that the store has and that are what the source holds.
  ///
  /// A part in the record is known to be; one that was stored just before a kill is compared by its MD5.
  private func confirmed(
    _ there: [StoredPart], _ record: UploadRecord, _ all: [UploadPart], _ source: any RandomAccessUploadSource
  ) async throws -> [StoredPart] {
    var confirmed: [StoredPart] = []
    var doubtful: [(part: UploadPart, stored: StoredPart)] = []
    for stored in there {
      guard (1...all.count).contains(stored.number) else { continue }
      let part = all[stored.number - 1]
      guard part.size == stored.size else { continue }
      if record.parts[stored.number]?.stored == stored {
        confirmed.append(stored)
      } else {
        doubtful.append((part, stored))
      }
    }
    while !doubtful.isEmpty {
      let some = Array(doubtful.prefix(MD5Lanes.count))
      doubtful.removeFirst(some.count)
      let digests = try await PartDigests.digests(of: some.map { $0.part }, source)
      for (part, stored) in some where Hex.encode(digests[part.number] ?? []) == stored.etag {
        confirmed.append(stored)
      }
    }
    return confirmed
  }

  /// Whether an object holds the bytes of the source, as far as its entity tag tells.
  private func isSame(
    _ object: ObjectInfo, as source: any RandomAccessUploadSource, size: UInt64, plan: PartPlan
  ) async throws -> Bool {
    guard object.size == size, let etag = object.etag else { return false }
    let pieces = etag.split(separator: "-" as Character)
    guard let first = pieces.first, Hex.decode(String(first))?.count == 16 else { return false }
    guard pieces.count == 2, let count = Int(String(pieces[1])) else {
      let whole = UploadPart(number: 1, offset: 0, size: size)
      return try await Hex.encode(PartDigests.digests(of: [whole], source)[1] ?? []) == etag
    }
    // Another run may have sent more at a time, and other clients divide otherwise; these are the usual ways.
    let sizes: [UInt64] = [plan.headSize, 8 << 20, 15 << 20, 5 << 20, 16 << 20, 9 << 20, 64 << 20, 100 << 20]
    let plans =
      [plan, PartPlan(size: size, isPaced: true)] + [4, 1, 2, 3, 8, 16].map { PartPlan(size: size, parallel: $0) }
      + sizes.map { PartPlan(firstSize: $0) }
    var tried: Set<PartPlan> = []
    for plan in plans where tried.insert(plan).inserted && plan.capacity >= size {
      let parts = plan.parts(ofSize: size)
      guard parts.count == count else { continue }
      var digest = Insecure.MD5()
      for start in stride(from: 0, to: parts.count, by: MD5Lanes.count) {
        let some = Array(parts[start..<min(start + MD5Lanes.count, parts.count)])
        let digests = try await PartDigests.digests(of: some, source)
        for part in some { digest.update(data: digests[part.number] ?? []) }
      }
      if "\(Hex.encode(digest.finalize()))-\(count)" == etag { return true }
    }
    return false
  }
}
