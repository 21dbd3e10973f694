import CloudAccess
import Synchronization

/// Measures how soon a cloud lists the marker of an accepted import, which decides whether its absence proves anything.
public final class MarkerProbe: Sendable {
  /// How often and when it looks.
  public struct Policy: Sendable, Hashable {
    /// Every import is measured until there are so many measurements, later one in twenty.
    public var wanted: Int

    /// The pauses between looks; the last one repeats.
    public var pauses: [Duration]

    public init(
      wanted: Int = 30,
      pauses: [Duration] = [.zero, .seconds(1), .seconds(2), .seconds(5), .seconds(10), .seconds(20), .seconds(60)]
    ) {
      self.wanted = wanted
      self.pauses = pauses
    }

    /// The policy for a cloud whose clock runs faster.
    public func scaled(by scale: Double) -> Policy {
      guard scale > 1 else { return self }
      var copy = self
      copy.pauses = pauses.map { $0 == .zero ? .zero : max(.milliseconds(5), $0 / scale) }
      return copy
    }
  }

  private struct Measurement {
    var scope: ImportScope
    var looks = 0
    var task: Task<Void, Never>?
  }

  private let client: ImageClient
  private let store: any ImportRecordStore
  private let policy: Policy
  private let running = Mutex<[String: Measurement]>([:])

  init(client: ImageClient, store: any ImportRecordStore, policy: Policy) {
    self.client = client
    self.store = store
    self.policy = policy
  }

  /// Begins to look for a record's marker.
  func start(_ record: ImportRecord, acceptedAt start: Duration) {
    running.withLock { running in
      running[record.id] = Measurement(scope: record.scope)
      running[record.id]?.task = Task { await self.measure(record, start) }
    }
  }

  /// The import has ended: what was not listed by now was not listed early.
  func end(_ id: String) {
    guard let measurement = running.withLock({ $0.removeValue(forKey: id) }) else { return }
    measurement.task?.cancel()
    // Fewer looks would blame the cloud for a job that was faster than the probe.
    guard measurement.looks >= 3 else { return }
    Task { [store, time = client.time] in
      try? await store.addVisibility(nil, in: measurement.scope, at: time.now)
    }
  }

  private func measure(_ record: ImportRecord, _ start: Duration) async {
    defer { running.withLock { $0[record.id] = nil } }
    guard let known = try? await store.visibility(in: record.scope),
      known.lags.count < policy.wanted || Int.random(in: 0..<20) == 0
    else { return }
    var query = ImageQuery()
    query.tag = "\(ImportMarker.tagKey)=\(record.id)"
    var index = 0
    while !Task.isCancelled {
      let pause = policy.pauses.isEmpty ? .seconds(60) : policy.pauses[min(index, policy.pauses.count - 1)]
      index += 1
      if pause > .zero { do { try await client.time.sleep(for: pause) } catch { return } }
      guard let images = try? await client.images(query).all() else { continue }
      if Task.isCancelled { return }
      if images.contains(where: { ImportMarker.value(of: $0) == record.id }) {
        try? await store.addVisibility(client.time.monotonic - start, in: record.scope, at: client.time.now)
        return
      }
      running.withLock { $0[record.id]?.looks += 1 }
    }
  }
}
