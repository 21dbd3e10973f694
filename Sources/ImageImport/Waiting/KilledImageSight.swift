import CloudAccess

/// Finds out whether the cloud lists the killed images of failed imports, from imports that are known to have failed.
///
/// A failure whose image a list showed says yes, whichever came first. A failure that no list shows which was asked for a while later says
/// no; after five of them in a row such lists are asked for once in five minutes only, to notice when that changes.
struct KilledImageSight: Sendable {
  /// So many failures in a row that no list showed make a no.
  private static let enough = 5

  /// Failures that wait for a list; more would say nothing new.
  private static let mostWaiting = 32

  private static let rarely = Duration.seconds(300)

  private let setting: KilledImages

  /// What was found out, or told; nil for nothing yet.
  private(set) var isListed: Bool?

  /// What has been found out and nobody has taken yet.
  private var news: Bool?
  private var hidden = 0
  private var waiting: [String: Duration] = [:]
  private var index = JobIndex()

  init(_ setting: KilledImages) {
    self.setting = setting
    switch setting {
    case .auto: break
    case .listed: isListed = true
    case .hidden: isListed = false
    }
  }

  /// An earlier run found this out.
  mutating func learned(_ wasListed: Bool) {
    guard setting == .auto, isListed == nil else { return }
    isListed = wasListed
    hidden = wasListed ? 0 : Self.enough
  }

  /// Between two lists; `rest` is the pause between those of active images. Nil for no list at all.
  func pause(_ policy: PollPolicy, rest: Duration) -> Duration? {
    switch isListed {
    case true?: max(policy.first, rest * 2)
    case nil: max(policy.listMaximum, rest * 2)
    case false?: setting == .hidden ? nil : max(Self.rarely / policy.clockScale, rest * 2)
    }
  }

  /// A job of an index failed; `isSeen` tells whether a list had shown its killed image.
  mutating func jobFailed(_ id: String, in jobs: JobIndex, isSeen: Bool, now: Duration) {
    guard setting == .auto else { return }
    if isSeen { return found(true) }
    guard waiting.count < Self.mostWaiting, waiting[id] == nil else { return }
    waiting[id] = now
    index.insert(id, from: jobs)
  }

  /// A list asked for at that moment was answered; images show up in it within `delay` of a failure.
  mutating func answered(_ images: [SeenImage], askedAt: Duration, delay: Duration) {
    if images.contains(where: { image in !index.candidates(for: image, except: { _ in false }).isEmpty }) {
      forgetWaiting()
      return found(true)
    }
    for (id, failed) in waiting where failed + delay <= askedAt {
      waiting[id] = nil
      index.remove(id)
      missed()
    }
  }

  /// The cloud did not answer the list: where it always does so, it does not know the status.
  mutating func refused() {
    if setting == .auto { missed() }
  }

  /// No more lists come for now.
  mutating func forgetWaiting() {
    waiting = [:]
    index = JobIndex()
  }

  /// What was found out since the last call, for whoever remembers it.
  mutating func takeNews() -> Bool? {
    defer { news = nil }
    return news
  }

  private mutating func missed() {
    hidden += 1
    if hidden >= Self.enough { found(false) }
  }

  private mutating func found(_ answer: Bool) {
    if answer { hidden = 0 }
    guard isListed != answer else { return }
    (isListed, news) = (answer, answer)
  }
}
