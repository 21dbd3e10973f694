import CloudAccess

/// Lets only so many imports be under way at a time, first come, first served; holds no clock and does no I/O.
///
/// The service takes at most 40 image-creating tasks at once and so many images as the quota leaves, and refuses whatever comes on top. So
/// the rest waits here. What the cloud refuses all the same, because others use the same project, lowers the limit to what it took;
/// it rises again one by one. Tickets are numbers the owner makes, each larger than the one before: their order is the queue's.
public struct AdmissionGate: Sendable {
  /// The limits.
  public struct Policy: Sendable, Hashable {
    /// The most imports under way, whatever the quota.
    public var ceiling: Int

    /// How long after a refusal the lowered limit rises by one.
    public var recovery: Duration

    /// The pause after a refusal for which no import of ours can be the reason; it doubles up to ``longestPause``.
    public var pause: Duration
    public var longestPause: Duration

    public init(
      ceiling: Int = 40, recovery: Duration = .seconds(60), pause: Duration = .seconds(5),
      longestPause: Duration = .seconds(60)
    ) {
      self.ceiling = max(1, ceiling)
      self.recovery = recovery
      self.pause = pause
      self.longestPause = longestPause
    }

    /// The policy for a cloud whose clock runs faster.
    public func scaled(by scale: Double) -> Policy {
      guard scale > 1 else { return self }
      func shorter(_ duration: Duration) -> Duration { max(.milliseconds(5), duration / scale) }
      return Policy(
        ceiling: ceiling, recovery: shorter(recovery), pause: shorter(pause), longestPause: shorter(longestPause))
    }
  }

  /// Why the cloud refused.
  public enum Refusal: Sendable, Hashable {
    /// Too many tasks at a time: IMG.0060, IMG.0194.
    case tasks

    /// The quota of images is used up: IMG.0015.
    case images

    /// From the code of an error; nil for a refusal that no waiting cures.
    public init?(code: String?) {
      switch code {
      case "IMG.0060", "IMG.0194": self = .tasks
      case "IMG.0015": self = .images
      default: return nil
      }
    }
  }

  /// What the owner must do.
  public enum Action: Sendable, Equatable {
    /// Let this ticket send its import.
    case admit(Int)

    /// Ask for the quota, and tell ``quotaAnswered(free:now:)``.
    case askQuota
  }

  private let policy: Policy
  private var inFlight: Set<Int> = []

  /// Ascending.
  private var queue: [Int] = []

  /// What refusals taught; nil while there was none.
  private var learned: Int?
  private var recovery: Duration
  private var raisedAt = Duration.zero
  private var hasRisen = false
  private var refusals = 0

  /// Before this nobody is let through, because the cloud refused and no import of ours is the reason.
  public private(set) var blockedUntil: Duration?

  /// How many images fit, less those made since the cloud was asked; nil while it is not known.
  private var free: Int?
  private var quota = Quota.unknown

  private enum Quota { case unknown, asking, known }

  public init(policy: Policy = Policy()) {
    self.policy = policy
    recovery = policy.recovery
  }

  /// How many may be under way now.
  ///
  /// Never less than one: whether the last one fits is for the cloud to say.
  public var limit: Int { max(1, min(policy.ceiling, learned ?? policy.ceiling, free ?? policy.ceiling)) }

  /// How long after a refusal the lowered limit rises by one.
  var recoveryTime: Duration { recovery }

  public var inFlightCount: Int { inFlight.count }
  public var queueCount: Int { queue.count }

  /// Whether most wait for nothing but the answer about the quota.
  var isAskingQuota: Bool { quota == .asking && free == nil }

  /// How many are ahead of a ticket in the queue; nil for one that is not in it.
  public func position(of ticket: Int) -> Int? {
    let index = index(of: ticket)
    return index < queue.count && queue[index] == ticket ? index : nil
  }

  /// Whether another import of ours than this ticket's is under way.
  public func hasOthers(than ticket: Int) -> Bool { inFlight.contains { $0 != ticket } }

  /// When ``due(now:)`` must be called next; nil where only an end or an answer changes anything.
  public var nextDue: Duration? {
    guard !queue.isEmpty else { return nil }
    if let blockedUntil { return blockedUntil }
    return learned.map { _ in raisedAt + recovery }
  }

  /// An import wants to be sent.
  public mutating func request(_ ticket: Int, now: Duration) -> [Action] {
    queue.insert(ticket, at: index(of: ticket))
    var actions: [Action] = []
    // A single import pays no question for a limit that it cannot reach.
    if quota == .unknown, inFlight.count + queue.count > 1 {
      quota = .asking
      actions.append(.askQuota)
    }
    return actions + admit(now)
  }

  /// An import was found under way: it counts, whatever the limit.
  public mutating func occupy(_ ticket: Int) { inFlight.insert(ticket) }

  /// A ticket is given back without an import: cancelled in the queue, not sent, or refused for good.
  public mutating func withdraw(_ ticket: Int, now: Duration) -> [Action] {
    if position(of: ticket) != nil {
      queue.remove(at: index(of: ticket))
      return []
    }
    guard inFlight.remove(ticket) != nil else { return [] }
    return admit(now)
  }

  /// An import has ended, so there is room for one more.
  public mutating func ended(_ ticket: Int, madeImage: Bool, now: Duration) -> [Action] {
    guard inFlight.remove(ticket) != nil else { return [] }
    if madeImage, let known = free { free = max(0, known - 1) }
    blockedUntil = nil
    var actions: [Action] = []
    if quota == .known, free != nil, inFlight.count >= limit, !queue.isEmpty {
      // What was counted down may be wrong by now: others delete images, and a quota grows.
      quota = .asking
      actions.append(.askQuota)
    }
    return actions + admit(now)
  }

  /// The cloud refused a ticket's import for want of room; it waits again, ahead of all that came later.
  public mutating func refused(_ ticket: Int, _ refusal: Refusal, now: Duration) -> [Action] {
    guard inFlight.remove(ticket) != nil else { return [] }
    queue.insert(ticket, at: index(of: ticket))
    // The limit was raised, and that was too much.
    if hasRisen, refusal == .tasks { recovery = min(recovery * 2, policy.recovery * 8) }
    hasRisen = false
    learned = max(1, min(limit, inFlight.count))
    raisedAt = now
    if inFlight.isEmpty {
      refusals += 1
      blockedUntil = now + min(policy.pause * Double(1 << min(refusals - 1, 10)), policy.longestPause)
    }
    guard refusal == .images, quota != .asking else { return [] }
    quota = .asking
    return [.askQuota]
  }

  /// An import was taken on by the cloud.
  public mutating func accepted(_ ticket: Int) { refusals = 0 }

  /// The answer to ``Action/askQuota``: how many images fit; nil when it cannot be known.
  public mutating func quotaAnswered(free: Int?, now: Duration) -> [Action] {
    quota = .known
    self.free = free ?? self.free
    return admit(now)
  }

  /// The moment of ``nextDue`` has come.
  public mutating func due(now: Duration) -> [Action] {
    if let blocked = blockedUntil, blocked <= now { blockedUntil = nil }
    if let limit = learned, blockedUntil == nil, now >= raisedAt + recovery {
      let steps = min(1000, Int((now - raisedAt) / recovery))
      learned = limit + steps >= policy.ceiling ? nil : limit + steps
      raisedAt = now
      hasRisen = true
      if learned == nil { recovery = policy.recovery }
    }
    return admit(now)
  }

  private mutating func admit(_ now: Duration) -> [Action] {
    if let blockedUntil, blockedUntil > now { return [] }
    var actions: [Action] = []
    // Until the quota is known one goes, the others wait for the answer.
    let room = isAskingQuota ? 1 : limit
    var admitted = 0
    while inFlight.count < room, admitted < queue.count {
      inFlight.insert(queue[admitted])
      actions.append(.admit(queue[admitted]))
      admitted += 1
    }
    queue.removeFirst(admitted)
    return actions
  }

  private func index(of ticket: Int) -> Int {
    var low = 0
    var high = queue.count
    while low < high {
      let middle = (low + high) / 2
      if queue[middle] < ticket { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
