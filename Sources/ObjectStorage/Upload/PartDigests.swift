import CloudAccess
import NIOPosix
import Synchronization

/// The MD5 of each part of a random-access source, made some parts ahead and many at a time.
///
/// Read a second time, from the page cache as a rule, which costs a tenth of what hashing one part by itself would.
actor PartDigests {
  private let source: any RandomAccessUploadSource
  private let batches: [[UploadPart]]
  private let batchOf: [Int: Int]
  private var tasks: [Int: Task<[Int: [UInt8]], any Error>] = [:]

  /// Parts are hashed together as long as they lie within that many bytes, so that the page cache still has them when they are sent.
  private static let span: UInt64 = 1 << 30

  init(source: any RandomAccessUploadSource, parts: [UploadPart]) {
    self.source = source
    var batches: [[UploadPart]] = []
    var batchOf: [Int: Int] = [:]
    for part in parts {
      let bytes = batches.last?.reduce(0) { $0 + $1.size } ?? .max
      // The first is small, so that sending begins soon.
      let most = batches.count == 1 ? 4 : MD5Lanes.count
      if let last = batches.last, last.count < most, bytes + part.size <= Self.span {
        batches[batches.count - 1].append(part)
      } else {
        batches.append([part])
      }
      batchOf[part.number] = batches.count - 1
    }
    self.batches = batches
    self.batchOf = batchOf
  }

  /// The MD5 of a part.
  func digest(of number: Int) async throws -> [UInt8] {
    guard let batch = batchOf[number] else { return [] }
    let task = task(batch)
    // The next ones are made while these are sent.
    if batch + 1 < batches.count, batches[batch].first?.number == number { _ = self.task(batch + 1) }
    guard let digest = try await task.value[number] else { throw CancellationError() }
    return digest
  }

  /// Stops what is under way.
  func cancel() {
    for task in tasks.values { task.cancel() }
  }

  private func task(_ batch: Int) -> Task<[Int: [UInt8]], any Error> {
    if let task = tasks[batch] { return task }
    let before = tasks[batch - 1]
    let source = source
    let parts = batches[batch]
    let task = Task {
      // One at a time: two would only compete for the cores.
      _ = try? await before?.value
      return try await Self.digests(of: parts, source)
    }
    tasks[batch] = task
    return task
  }

  /// The MD5 of each of at most sixteen parts, by number; made on a thread that may block.
  static func digests(
    of parts: [UploadPart], _ source: any RandomAccessUploadSource
  ) async throws -> [Int: [UInt8]] {
    let isCancelled = Mutex(false)
    return try await withTaskCancellationHandler {
      let digests = try await NIOThreadPool.singleton.runIfActive {
        try MD5Lanes.digests(sizes: parts.map(\.size)) {
          if isCancelled.withLock({ $0 }) { throw CancellationError() }
        } read: { piece, offset, buffer in
          guard try source.read(at: parts[piece].offset + offset, into: buffer) == buffer.count else {
            throw PartBody.shorter(source)
          }
        }
      }
      return Dictionary(uniqueKeysWithValues: zip(parts.map(\.number), digests))
    } onCancel: {
      isCancelled.withLock { $0 = true }
    }
  }
}
