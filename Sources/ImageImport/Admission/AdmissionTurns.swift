/// Where a process stands that shares the slots of imports under way with others.
struct AdmissionTurns {
  /// What tickets are for.
  var records: [Int: String] = [:]

  /// Whom the gate let through and who waits for a slot, first come, first served. Only the first one asks, so that no process stands in the
  /// common queue more than once.
  var queue: [Int] = []

  /// The first one's place in the common queue.
  var place: Int64?
  var told: Int?

  /// The slots that tickets hold.
  var slots: [Int: Int64] = [:]

  /// Whether another process waits for the end of one of our imports, or we for one of anybody's.
  var isWanted: Bool { isWantedElsewhere || !queue.isEmpty }
  var isWantedElsewhere = false

  var isWorking = false
  var isWoken = false
  var sleep: Task<Void, Never>?

  /// Between two looks for a free slot, and between two looks whether others want one, on the cloud's clock.
  static let pause = Duration.seconds(1)
  static let longPause = Duration.seconds(10)
}
