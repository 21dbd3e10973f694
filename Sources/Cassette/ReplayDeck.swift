import CloudAccess

/// Which recorded exchange answers a request: the recorded ones of the same kind in their order.
///
/// A value without clock or lock. Of a question that may be repeated the last answer is given again and again, since how often a job is asked
/// for depends on chance. What was refused is refused again. Anything else that comes more often than recorded is unknown.
struct ReplayDeck: Sendable {
  enum Draw: Sendable {
    /// The exchange, and how often it was drawn before.
    case exchange(RecordedExchange, repeats: Int)
    case unknown(ReplayMismatch)
  }

  private struct Queue {
    var indices: [Int] = []
    var next = 0
    var repeats = 0
  }

  private let exchanges: [RecordedExchange]
  private var queues: [String: Queue] = [:]
  private var used: Set<Int> = []

  init(_ exchanges: [RecordedExchange]) {
    self.exchanges = exchanges
    let order = exchanges.indices.sorted { (exchanges[$0].at, $0) < (exchanges[$1].at, $1) }
    for index in order {
      queues[Self.key(exchanges[index].channel, exchanges[index].request), default: Queue()].indices.append(index)
    }
  }

  private static func key(_ channel: RecordedExchange.Channel, _ request: RecordedRequest) -> String {
    "\(channel.rawValue)\n\(request.key)"
  }

  /// A request made at a moment of the run. Questions whose answers came before that were somebody else's, who does not ask in a replay: another
  /// waiter, or a scheduler that made room.
  mutating func draw(
    _ request: RecordedRequest, _ channel: RecordedExchange.Channel, at moment: Duration = .zero
  ) -> Draw {
    let key = Self.key(channel, request)
    guard var queue = queues[key] else { return .unknown(mismatch(request, channel)) }
    if request.mayRepeat {
      while queue.next + 1 < queue.indices.count, exchanges[queue.indices[queue.next]].answeredAt < moment {
        queue.next += 1
      }
    }
    let isRepeat = queue.next == queue.indices.count
    let last = exchanges[queue.indices[max(0, queue.next - 1)]]
    if isRepeat, !request.mayRepeat, !last.outcome.isRefusal {
      return .unknown(ReplayMismatch(request: request, nearest: last, count: queue.indices.count))
    }
    if isRepeat { queue.repeats += 1 } else { queue.next += 1 }
    let index = queue.indices[queue.next - 1]
    queues[key] = queue
    used.insert(index)
    return .exchange(exchanges[index], repeats: queue.repeats)
  }

  /// The recorded exchanges that nobody asked for; repetitions of a question that was asked do not count.
  var unused: [RecordedExchange] {
    queues.values.flatMap { queue -> [Int] in
      if queue.next > 0, exchanges[queue.indices[0]].request.mayRepeat { return [] }
      return Array(queue.indices[queue.next...])
    }.sorted().map { exchanges[$0] }
  }

  private func mismatch(_ request: RecordedRequest, _ channel: RecordedExchange.Channel) -> ReplayMismatch {
    let candidates = exchanges.indices.filter { exchanges[$0].channel == channel }
    let nearest = candidates.max { left, right in
      let scores = (nearness(left, request), nearness(right, request))
      return scores.0 == scores.1 ? left > right : scores.0 < scores.1
    }
    return ReplayMismatch(request: request, nearest: nearest.map { exchanges[$0] }, count: 0)
  }

  private func nearness(_ index: Int, _ request: RecordedRequest) -> Int {
    let other = exchanges[index].request
    let (url, otherURL) = (URLParts(request.url), URLParts(other.url))
    var score = used.contains(index) ? 0 : 1
    if other.method == request.method { score += 8 }
    if url.origin == otherURL.origin { score += 4 }
    score += 16 * zip(url.path.split(separator: "/"), otherURL.path.split(separator: "/")).prefix { $0 == $1 }.count
    if url.path == otherURL.path { score += 32 }
    if url.query == otherURL.query { score += 2 }
    score -= min(15, RequestDifference.between(other, request).count)
    return score
  }
}
