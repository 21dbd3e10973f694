import ImageImport
import Synchronization

/// Tells plugins of events, beside the imports that the events are about.
///
/// Events of one image reach a plugin in their order; those of different images side by side, a few at a time, so that a slow webhook
/// does not hold up two hundred imports. What waits is bounded: an older progress event gives way to a newer one, and beyond the limit
/// progress is left out first.
final class ObserverQueue: Sendable {
  struct Item: Sendable {
    var plugin: String
    var hook: HookName
    /// Events of the same subject and plugin are one lane.
    var subject: String
    var event: ImportEvent
    /// The plugins that were at work when it happened: what they do must not go round in a circle.
    var chain: Set<String> = []

    var lane: String { "\(plugin)\n\(subject)" }
  }

  private struct State {
    var lanes: [String: [Item]] = [:]
    /// Lanes with something to do, in the order in which they got it; those being served are not among them.
    var ready: [String] = []
    var serving: Set<String> = []
    var workers: [Int: Task<Void, Never>] = [:]
    var lastWorker = 0
    var count = 0
    /// Plugins whose events were left out.
    var overrun: Set<String> = []
    var handle: (@Sendable (Item) async -> Void)?
    var waiters: [CheckedContinuation<Void, Never>] = []
    var isOver = false
  }

  private let capacity: Int
  private let width: Int
  private let state = Mutex(State())

  init(capacity: Int = 2000, width: Int = 8) {
    self.capacity = capacity
    self.width = width
  }

  /// Begins to handle items with this function.
  func start(_ handle: @escaping @Sendable (Item) async -> Void) {
    state.withLock { $0.handle = handle }
    serve()
  }

  /// Adds an item; `dropped` is called the first time that one of its plugin's must be left out.
  func add(_ item: Item, dropped: () -> Void) {
    let isFirstLoss = state.withLock { state -> Bool in
      if state.isOver { return false }
      if item.hook == .onProgress, let last = state.lanes[item.lane]?.last, last.hook == .onProgress {
        state.lanes[item.lane]?.removeLast()
        state.lanes[item.lane]?.append(item)
        return false
      }
      // Ends of imports have twice the room of everything else.
      let room = item.hook == .onSucceeded || item.hook == .onFailed ? 2 * capacity : capacity
      guard state.count < room else { return state.overrun.insert(item.plugin).inserted }
      if state.lanes[item.lane, default: []].isEmpty, !state.serving.contains(item.lane) {
        state.ready.append(item.lane)
      }
      state.lanes[item.lane, default: []].append(item)
      state.count += 1
      return false
    }
    if isFirstLoss { dropped() }
    serve()
  }

  private func serve() {
    state.withLock { state in
      guard let handle = state.handle else { return }
      let wanted = min(width, state.ready.count + state.serving.count)
      while state.workers.count < wanted {
        state.lastWorker += 1
        let number = state.lastWorker
        state.workers[number] = Task.detached { [self] in await work(number, handle) }
      }
    }
  }

  private func work(_ number: Int, _ handle: @Sendable (Item) async -> Void) async {
    while let item = take(number) {
      await handle(item)
      done(item)
    }
  }

  /// The next item; nil ends the worker.
  private func take(_ number: Int) -> Item? {
    state.withLock { state in
      while !state.ready.isEmpty, !state.isOver {
        let lane = state.ready.removeFirst()
        guard let item = state.lanes[lane]?.first else { continue }
        state.lanes[lane]?.removeFirst()
        state.serving.insert(lane)
        return item
      }
      state.workers[number] = nil
      return nil
    }
  }

  private func done(_ item: Item) {
    let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.serving.remove(item.lane)
      state.count -= 1
      if state.lanes[item.lane]?.isEmpty == true { state.lanes[item.lane] = nil } else { state.ready.append(item.lane) }
      guard state.count == 0 else { return [] }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Waits until all is told, or for so long; then what is left is given up.
  ///
  /// - Returns: how many items were left.
  func drain(within limit: Duration) async -> Int {
    _ = try? await Deadline.run(limit) { [self] in await idle() }
    let (left, workers, waiters) = state.withLock { state in
      state.isOver = true
      defer { state.waiters = [] }
      return (state.count, Array(state.workers.values), state.waiters)
    }
    for waiter in waiters { waiter.resume() }
    for worker in workers { worker.cancel() }
    return left
  }

  private func idle() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        let isIdle = state.count == 0 || state.handle == nil || state.isOver
        if !isIdle { state.waiters.append(continuation) }
        return isIdle
      }
      if isIdle { continuation.resume() }
    }
  }
}
