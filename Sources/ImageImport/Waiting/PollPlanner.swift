import CloudAccess
import Foundation

/// Decides for all jobs of a process what is asked next: a value without clock or network, so that ten thousand jobs can be tried in seconds.
///
/// Each job has its ``JobPollStateMachine``; a heap holds the moments they are due. Due jobs queue up for the request budget, the longest
/// due first. From twenty jobs on a list of the images that are new since the last one comes beside it: one request that shows the end of
/// many. Whoever it shows is asked for at once, ahead of the queue; the queue itself goes on more slowly, since a failure may never show.
struct PollPlanner: Sendable {
  /// What happened to a job.
  typealias Effect = (id: String, action: JobPollStateMachine.Action)

  /// A question to send now.
  enum Ask: Sendable, Equatable {
    /// Ask for the job.
    case job(String, token: Int)

    /// List the images of a name, for a job that named none.
    case images(String, token: Int, name: String)

    /// List the images of a status that changed since.
    case list(ListPlan.Sight, since: Date)
  }

  @Indirect private(set) var policy: PollPolicy
  private(set) var durations: JobDurations
  private let maximumInFlight: Int
  private var entries: [String: PollEntry] = [:]
  private var index = JobIndex()
  private var heap = DueHeap<String>()
  private var queue = TokenQueue()
  private var urgent = TokenQueue()
  private var lookUps: [(id: String, token: Int, name: String)] = []
  private var inFlight = 0
  private var lastToken = 0

  /// When the budget lets the next question go; nil while nothing waits for it.
  private var budgetDue: Duration?
  private var shortest: (interval: Duration, until: Duration)?
  private var lists: ListPlan

  /// The moment of the first submission of those that are waited for, and of those before them.
  private var earliest: Date?
  private var images: [String: ImageRecord] = [:]

  init(
    policy: PollPolicy, maximumInFlight: Int = 16, durations: JobDurations? = nil, killedImages: KilledImages = .auto
  ) {
    self.policy = policy
    lists = ListPlan(policy: _policy, killedImages: killedImages)
    self.maximumInFlight = max(1, maximumInFlight)
    self.durations = durations ?? JobDurations(guess: policy.guess)
  }

  var count: Int { entries.count }
  func contains(_ id: String) -> Bool { entries[id] != nil }

  /// An import that ended elsewhere took so long.
  mutating func learn(_ duration: Duration, size: JobDurations.Size) { durations.add(duration, size: size) }

  /// An earlier run found out whether the cloud lists the killed images of failed imports.
  mutating func learn(areKilledImagesListed: Bool) { lists.learned(areKilledImagesListed: areKilledImagesListed) }

  /// Whether it does, where that was found out since the last call.
  mutating func takeKilledImageNews() -> Bool? { lists.takeNews() }

  /// When ``advance(now:)`` and ``asks(now:budget:)`` have something to do; nil while only answers are awaited.
  var nextDue: Duration? {
    mutating get {
      while let first = heap.first, entries[first.item]?.scheduled != first.due { _ = heap.popFirst() }
      return [heap.first?.due, inFlight < maximumInFlight ? budgetDue : nil, lists.nextDue].compactMap(\.self).min()
    }
  }

  // MARK: Jobs

  /// Takes a job in; one that is there already stays as it is.
  mutating func add(_ reference: JobReference, age: Duration?, now: Duration) {
    guard entries[reference.id] == nil else { return }
    lastToken += 1
    let size = JobDurations.Size(minDisk: reference.request?.minDisk)
    entries[reference.id] = PollEntry(
      token: lastToken, size: size,
      machine: JobPollStateMachine(
        policy: _policy, reference: reference, age: age, now: now, timing: durations.timing(size)))
    index.insert(reference)
    earliest = [earliest, reference.submittedAt].compactMap(\.self).min()
    // Those of some age may have ended by now.
    if let age, age >= policy.first, let submitted = reference.submittedAt { lists.reach(back: submitted, now: now) }
    if isBatch { lists.begin(at: now + max(policy.first - (age ?? .zero), policy.listMinimum)) }
  }

  /// Someone waits for a job that was added.
  mutating func subscribe(_ waiter: Int, to id: String, limit: Duration?, now: Duration) {
    entries[id]?.machine.subscribe(waiter, limit: limit, now: now)
    schedule(id)
  }

  mutating func unsubscribe(_ waiter: Int, from id: String) -> [Effect] {
    guard let actions = entries[id]?.machine.unsubscribe(waiter) else { return [] }
    defer { schedule(id) }
    return effects(actions, of: id, now: .zero)
  }

  /// Does what is due: time limits, and questions that queue up for ``asks(now:budget:)``.
  mutating func advance(now: Duration) -> [Effect] {
    var effects: [Effect] = []
    while let first = heap.first, first.due <= now {
      _ = heap.popFirst()
      guard entries[first.item]?.scheduled == first.due else { continue }
      entries[first.item]?.scheduled = nil
      let actions = entries[first.item]?.machine.due(now: now) ?? []
      effects += self.effects(actions, of: first.item, now: now)
      schedule(first.item)
    }
    return effects
  }

  // MARK: Questions

  /// What to ask now, as far as budget and connections reach; each answer comes back through one of the methods below.
  mutating func asks(now: Duration, budget: inout RequestBudget) -> [Ask] {
    var asks: [Ask] = []
    budgetDue = nil
    while inFlight < maximumInFlight {
      if let (id, token, name) = lookUps.popLast() {
        guard entries[id]?.token == token else { continue }
        inFlight += 1
        asks.append(.images(id, token: token, name: name))
        continue
      }
      guard let (id, token) = nextInQueue() else { break }
      guard budget.take(.poll, now: now) else {
        budgetDue = now + budget.delay(.poll, now: now)
        break
      }
      removeFirst(id)
      inFlight += 1
      asks.append(.job(id, token: token))
    }
    asks += lists.asks(now: now, isBatch: isBatch, earliest: earliest).map { .list($0.sight, since: $0.since) }
    return asks
  }

  private mutating func nextInQueue() -> (id: String, token: Int)? {
    while let first = urgent.first {
      if let entry = entries[first.id], entry.token == first.token, entry.place == .urgent { return first }
      urgent.removeFirst()
    }
    while let first = queue.first {
      if let entry = entries[first.id], entry.token == first.token, entry.place == .queued { return first }
      queue.removeFirst()
    }
    return nil
  }

  private mutating func removeFirst(_ id: String) {
    if entries[id]?.place == .urgent { urgent.removeFirst() } else { queue.removeFirst() }
    entries[id]?.place = .asked
  }

  /// The job query was answered, or failed; `random`, from 0 to 1, is for the jitter.
  mutating func answered(
    _ id: String, token: Int, _ result: Result<JobStatus, CloudError>, now: Duration, random: Double
  ) -> [Effect] {
    pass(id, token, now) { machine in
      switch result {
      case .success(let status): machine.answered(status, now: now, random: random)
      case .failure(let error): machine.queryFailed(error, now: now, random: random)
      }
    }
  }

  /// The images of a name were listed, or not.
  mutating func lookedUp(
    _ id: String, token: Int, _ result: Result<[ImageRecord], CloudError>, now: Duration, random: Double
  ) -> [Effect] {
    pass(id, token, now) { machine in
      switch result {
      case .success(let images): machine.lookedUp(images, now: now, random: random)
      case .failure(let error): machine.queryFailed(error, now: now, random: random)
      }
    }
  }

  /// Gives an answer to the machine of its job, unless that has ended meanwhile.
  private mutating func pass(
    _ id: String, _ token: Int, _ now: Duration,
    _ answer: (inout JobPollStateMachine) -> [JobPollStateMachine.Action]
  ) -> [Effect] {
    inFlight -= 1
    guard let index = entries.index(forKey: id), entries.values[index].token == token else { return [] }
    entries.values[index].place = .none
    entries.values[index].machine.timing = durations.timing(entries.values[index].size)
    entries.values[index].machine.stretch = min(3, max(1, Double(entries.count) / Double(policy.listsFrom)))
    let actions = answer(&entries.values[index].machine)
    defer { schedule(id) }
    return effects(actions, of: id, now: now)
  }

  private var isBatch: Bool { entries.count >= policy.listsFrom }

  /// The cloud answers again after some trouble: jobs whose pause was due to it are asked for soon.
  mutating func cloudRecovered(now: Duration, random: () -> Double) {
    for id in entries.keys where entries[id]?.machine.isFailing == true {
      if entries[id]?.machine.cloudRecovered(now: now, random: random()) == true { schedule(id) }
    }
  }

  // MARK: Lists

  /// The list ended: `images` are those that changed since it was asked for.
  mutating func listed(
    _ images: [SeenImage], _ sight: ListPlan.Sight = .active, now: Duration, budget: RequestBudget
  ) -> [Effect] {
    var seen: [String] = []
    lists.answered(sight, images)
    for image in images {
      let candidates = index.candidates(for: image) { entries[$0]?.tried.contains(image.id) ?? true }
      for id in candidates {
        entries[id]?.tried.insert(image.id)
        if sight == .killed { entries[id]?.isSeenKilled = true }
        if sight == .active, let record = image.record { entries[id]?.image = record }
        seen.append(id)
      }
    }
    var effects: [Effect] = []
    for id in seen { effects += see(id, now: now) }
    if sight == .active { planList(now: now, budget: budget) }
    return effects
  }

  /// The list failed.
  mutating func listFailed(_ sight: ListPlan.Sight = .active, now: Duration, retryAfter: Duration?) {
    lists.failed(sight, now: now, retryAfter: retryAfter)
  }

  /// An image that can be this job's is there: it is asked for ahead of the queue.
  private mutating func see(_ id: String, now: Duration) -> [Effect] {
    guard let place = entries[id]?.place else { return [] }
    let isDue = entries[id]?.machine.imageSeen(now: now) == true
    switch place {
    case .asked, .urgent: return []
    case .queued:
      enqueue(id, urgent: true)
      return []
    case .none:
      guard isDue, let actions = entries[id]?.machine.due(now: now) else { return [] }
      entries[id]?.scheduled = nil
      let effects = effects(actions.filter { $0 != .query }, of: id, now: now)
      if actions.contains(.query) { enqueue(id, urgent: true) }
      schedule(id)
      return effects
    }
  }

  /// As often as costs a quarter of what asking for each job at its own interval would.
  private mutating func planList(now: Duration, budget: RequestBudget) {
    guard isBatch else { return lists.plan(rest: nil, now: now) }
    let share = budget.policy.shares[RequestKind.list.rawValue]
    // What lists have shown has to be asked for before more of them help.
    let backlog = Duration.seconds(Double(urgent.count) / max(budget.rate, 0.01) / 2)
    let pause = min(max(shortestInterval(now) * 4 / Double(entries.count), backlog), policy.listMaximum)
    let least = budgetDue == nil ? policy.listMinimum : max(policy.listMinimum, .seconds(1) / policy.clockScale)
    lists.plan(rest: max(pause, least, .seconds(1 / max(budget.rate * share, 0.01))), now: now)
  }

  /// The shortest pause between two questions for one job; it changes slowly, and all jobs have to be looked at.
  private mutating func shortestInterval(_ now: Duration) -> Duration {
    if let shortest, now < shortest.until { return shortest.interval }
    var interval = policy.maximum
    for entry in entries.values { interval = min(interval, entry.machine.interval(now)) }
    shortest = (interval, now + policy.minimum)
    return interval
  }

  // MARK: Inside

  private mutating func enqueue(_ id: String, urgent isUrgent: Bool) {
    guard let token = entries[id]?.token else { return }
    entries[id]?.place = isUrgent ? .urgent : .queued
    if isUrgent { urgent.append(id, token) } else { queue.append(id, token) }
  }

  private mutating func schedule(_ id: String) {
    guard let due = entries[id]?.machine.nextDue, entries[id]?.scheduled != due else { return }
    entries[id]?.scheduled = due
    heap.insert(id, due: due)
  }

  /// Takes questions into the queues, ends what has ended, and passes the rest on.
  private mutating func effects(
    _ actions: [JobPollStateMachine.Action], of id: String, now: Duration
  ) -> [Effect] {
    var effects: [Effect] = []
    for action in actions {
      switch action {
      case .query: enqueue(id, urgent: false)
      case .lookUp(let name):
        guard let token = entries[id]?.token else { continue }
        entries[id]?.place = .asked
        lookUps.append((id, token, name))
      case .end(let ending):
        learn(from: ending, id, now)
        if case .failed = ending, let entry = entries[id] {
          lists.jobFailed(id, in: index, isSeen: entry.isSeenKilled, now: now)
        }
        remove(id)
        effects.append((id, action))
      case .forget:
        remove(id)
        effects.append((id, action))
      case .progress, .warn, .degraded, .detach: effects.append((id, action))
      }
    }
    return effects
  }

  private mutating func learn(from ending: JobPollStateMachine.Ending, _ id: String, _ now: Duration) {
    guard case .succeeded(_, let status, _) = ending, let entry = entries[id] else { return }
    if let duration = status.duration {
      durations.add(duration / policy.clockScale, size: entry.size)
    } else if entry.machine.hasAge {
      durations.add(entry.machine.age(now), size: entry.size)
    }
  }

  /// The image of a job that has just ended, where a list showed it: nobody need ask for it again. Given out once.
  mutating func takeImage(_ id: String) -> ImageRecord? { images.removeValue(forKey: id) }

  private mutating func remove(_ id: String) {
    if let image = entries[id]?.image { images[id] = image }
    entries[id] = nil
    index.remove(id)
    if entries.isEmpty {
      heap = DueHeap()
      (queue, urgent, earliest, budgetDue, shortest) = (TokenQueue(), TokenQueue(), nil, nil, nil)
      lists.end()
    }
  }
}
