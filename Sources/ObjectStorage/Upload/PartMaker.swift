import CloudAccess
import Crypto
import Foundation
import NIOCore

/// Divides what a sequential source gives into parts, and goes back to the beginning of a part that has to be made again.
actor PartMaker {
  /// A part ended before it had as many bytes as were promised for it, since the source did.
  struct EndedEarly: Error {
    var size: UInt64
  }

  /// The largest part that is held in memory.
  private let mostHeld: UInt64

  private let source: any SequentialUploadSource
  private let plan: PartPlan
  /// The first is from before the first byte, the others are from the ends of the parts.
  private var checkpoints: [[UInt8]]
  private var stream: (any UploadStream)?
  /// The part that is made next.
  private var number: Int
  /// Bytes taken from the stream that belong to the next part.
  private var ahead: [UInt8] = []

  init(source: any SequentialUploadSource, plan: PartPlan, mostHeld: UInt64, checkpoints: [[UInt8]] = []) {
    self.mostHeld = mostHeld
    self.source = source
    self.plan = plan
    self.checkpoints = checkpoints
    number = max(1, checkpoints.count)
  }

  /// Where the source stands before its first byte.
  func begin() async throws -> [UInt8] {
    let stream = try await opened()
    if let first = checkpoints.first { return first }
    let first = try await stream.checkpoint()
    checkpoints = [first]
    return first
  }

  func close() async {
    await stream?.close()
    stream = nil
  }

  /// The next part, or nil at the end of the source.
  func make() async throws -> MadePart? {
    let offset = plan.offset(of: number)
    let known = source.size.map { $0 - min($0, offset) }
    let size = min(plan.size(of: number), known ?? .max)
    guard size > 0 || known == nil else {
      try await checkEnd()
      return nil
    }
    guard number <= PartPlan.mostParts else { throw tooLong() }
    var part = UploadPart(number: number, offset: offset, size: size)
    if size > mostHeld {
      try await look()
      guard !ahead.isEmpty else { return try ended(known) }
      part.isExclusive = true
      return MadePart(part: part)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(size))
    while bytes.count < Int(size) {
      let some = try await take(upTo: Int(size) - bytes.count)
      guard !some.isEmpty else { break }
      bytes += some
    }
    if bytes.count < Int(size), known != nil { _ = try ended(size - UInt64(bytes.count)) }
    guard !bytes.isEmpty else { return nil }
    part.size = UInt64(bytes.count)
    return MadePart(part: part, bytes: bytes, checkpoint: try await finishPart())
  }

  /// The bytes of a large part as they are made, and its MD5 when all are out; the part is begun anew by going back.
  func body(
    of part: UploadPart, limiter: ByteRateLimiter?, meter: UploadMeter
  ) async throws -> (HTTPBodyStream, PartNotes) {
    if number != part.number || hasBegun { try await goBack(to: part.number) }
    hasBegun = true
    let notes = PartNotes()
    let most = limiter?.slice(atMost: PartBody.slice) ?? PartBody.slice
    let stream = HTTPBodyStream(length: part.size) {
      let done = notes.done
      guard done < part.size else { return nil }
      let bytes = try await self.take(upTo: Int(min(UInt64(most), part.size - done)))
      guard !bytes.isEmpty else { throw EndedEarly(size: done) }
      try await limiter?.pass(bytes.count)
      notes.add(bytes)
      if notes.done == part.size { notes.checkpoint = try await self.finishPart() }
      meter.sent(bytes.count, of: part.number)
      return ByteBuffer(bytes: bytes)
    }
    return (stream, notes)
  }

  /// Whether bytes of the part that is made next were handed out already.
  private var hasBegun = false

  private func finishPart() async throws -> [UInt8] {
    guard ahead.isEmpty else {
      throw CloudError(kind: .validation, message: "\(source.name) gave more bytes than were asked for.")
    }
    let checkpoint = try await opened().checkpoint()
    checkpoints.append(checkpoint)
    number += 1
    hasBegun = false
    return checkpoint
  }

  private func goBack(to part: Int) async throws {
    await close()
    checkpoints.removeSubrange(part...)
    ahead = []
    number = part
    hasBegun = false
  }

  private func opened() async throws -> any UploadStream {
    if let stream { return stream }
    let opened = try await source.open(after: checkpoints)
    stream = opened
    return opened
  }

  private func take(upTo limit: Int) async throws -> [UInt8] {
    if !ahead.isEmpty {
      let some = Array(ahead.prefix(limit))
      ahead.removeFirst(some.count)
      return some
    }
    return try await opened().next(upTo: limit)
  }

  private func look() async throws {
    if ahead.isEmpty { ahead = try await opened().next(upTo: 64 << 10) }
  }

  private func checkEnd() async throws {
    guard try await take(upTo: 1).isEmpty else { throw tooLong() }
  }

  private func ended(_ missing: UInt64?) throws -> MadePart? {
    guard let missing, missing > 0 else { return nil }
    throw CloudError(
      kind: .conflict, message: "\(source.name) ended \(missing) bytes before its size.",
      hint: "upload it again when nothing writes to it any more")
  }

  private func tooLong() -> CloudError {
    CloudError(
      kind: .conflict,
      message: "\(source.name) gave more bytes than the \(source.size ?? source.sizeBound) it had announced.",
      hint: "upload it again when nothing writes to it any more")
  }
}
