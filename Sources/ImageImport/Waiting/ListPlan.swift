import CloudAccess
import Foundation

/// When lists of images are asked for, and since when; a value without clock or network.
///
/// An image may show a little after its date, so lists overlap: by two seconds, and every five seconds one by fifteen. If all went back that
/// far, four lists a second would bring each image sixty times.
struct ListPlan: Sendable {
  /// What a list looks for.
  enum Sight: Sendable, Hashable {
    /// Images that are ready.
    case active

    /// What failures leave behind, on clouds that let it be seen.
    case killed
  }

  private struct Track {
    var due: Duration?
    var isAsked = false

    /// The latest date of an image that a list showed, by the cloud's clock.
    var newest: Date?

    /// When the next list goes back further, and how far at least.
    var deepDue: Duration?
    var reach: Date?
  }

  /// By the cloud's clock.
  private static let overlap: TimeInterval = 2
  private static let deepOverlap: TimeInterval = 15
  private static let deepInterval = Duration.seconds(5)

  @Indirect private var policy: PollPolicy
  private var active = Track()
  private var killed = Track()
  private var killedAskedAt = Duration.zero

  /// Whether lists of killed images show anything.
  private(set) var sight: KilledImageSight

  init(policy: Indirect<PollPolicy>, killedImages: KilledImages = .auto) {
    _policy = policy
    sight = KilledImageSight(killedImages)
  }

  /// When ``asks(now:isBatch:earliest:)`` has something to do; nil while answers are awaited or nothing is planned.
  var nextDue: Duration? {
    [active, killed].compactMap { $0.isAsked ? nil : $0.due }.min()
  }

  /// Plans the first list, unless there is one.
  mutating func begin(at due: Duration) { active.due = active.due ?? due }

  /// Plans nothing any more; answers may still come.
  mutating func end() {
    let (activeIsAsked, killedIsAsked) = (active.isAsked, killed.isAsked)
    (active, killed) = (Track(), Track())
    active.isAsked = activeIsAsked
    killed.isAsked = killedIsAsked
    sight.forgetWaiting()
  }

  /// The lists to ask for now; `earliest` is the moment of the first submission by this machine's clock, nil where no job can be told by its image.
  mutating func asks(now: Duration, isBatch: Bool, earliest: Date?) -> [(sight: Sight, since: Date)] {
    var asks: [(Sight, Date)] = []
    if let due = active.due, due <= now, !active.isAsked {
      if isBatch, let since = begin(\.active, earliest, now) {
        asks.append((.active, since))
      } else {
        active.due = isBatch ? now + policy.listMaximum : nil
      }
    }
    if let due = killed.due, due <= now, !killed.isAsked {
      killed.due = nil
      if isBatch, let since = begin(\.killed, earliest, now) {
        killedAskedAt = now
        asks.append((.killed, since))
      }
    }
    return asks
  }

  private mutating func begin(_ path: WritableKeyPath<ListPlan, Track>, _ earliest: Date?, _ now: Duration) -> Date? {
    guard let newest = self[keyPath: path].newest else {
      guard let earliest else { return nil }
      self[keyPath: path].isAsked = true
      return earliest - JobIndex.clockSlack
    }
    self[keyPath: path].isAsked = true
    if let deepDue = self[keyPath: path].deepDue, now < deepDue { return newest - ListPlan.overlap }
    self[keyPath: path].deepDue = now + ListPlan.deepInterval / policy.clockScale
    let since = newest - ListPlan.deepOverlap
    guard let reach = self[keyPath: path].reach else { return since }
    self[keyPath: path].reach = nil
    return min(since, reach)
  }

  /// A job joins whose image earlier lists may have shown, submitted then by this machine's clock: lists go back that far soon.
  mutating func reach(back submitted: Date, now: Duration) {
    guard active.newest != nil || active.isAsked else { return }
    let reach = submitted - JobIndex.clockSlack
    active.reach = min(active.reach ?? reach, reach)
    let due = now + ListPlan.deepInterval / 5 / policy.clockScale
    active.deepDue = min(active.deepDue ?? due, due)
  }

  /// A list was answered with these images.
  mutating func answered(_ sight: Sight, _ images: [SeenImage]) {
    let latest = images.lazy.compactMap(\.updatedAt).max()
    switch sight {
    case .active:
      active.isAsked = false
      active.newest = [active.newest, latest].compactMap(\.self).max()
    case .killed:
      killed.isAsked = false
      killed.newest = [killed.newest, latest].compactMap(\.self).max()
      self.sight.answered(
        images, askedAt: killedAskedAt, delay: .seconds(ListPlan.deepOverlap) / policy.clockScale)
    }
  }

  /// A list was not answered.
  mutating func failed(_ sight: Sight, now: Duration, retryAfter: Duration?) {
    switch sight {
    case .active:
      active.isAsked = false
      active.due = now + max(policy.listMaximum, retryAfter ?? .zero)
    case .killed:
      // The next list of active ones plans it again.
      killed.isAsked = false
      self.sight.refused()
    }
  }

  /// Plans what follows a list of active images; nil for no more lists.
  mutating func plan(rest: Duration?, now: Duration) {
    active.due = rest.map { now + $0 }
    guard let rest, killed.due == nil, !killed.isAsked, let pause = sight.pause(policy, rest: rest) else { return }
    killed.due = now + pause
  }

  /// A job of an index failed; `isSeen` tells whether a list showed its killed image.
  mutating func jobFailed(_ id: String, in jobs: JobIndex, isSeen: Bool, now: Duration) {
    sight.jobFailed(id, in: jobs, isSeen: isSeen, now: now)
  }

  /// An earlier run found out whether killed images are listed.
  mutating func learned(areKilledImagesListed: Bool) { sight.learned(areKilledImagesListed) }

  /// Whether killed images are listed, where that was found out since the last call.
  mutating func takeNews() -> Bool? { sight.takeNews() }
}
