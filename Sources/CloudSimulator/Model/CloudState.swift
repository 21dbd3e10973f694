import Foundation

/// Everything that changes in a running cloud, in memory, with the rows that still have to reach the disk.
///
/// It knows no clock, file or lock: time comes in with each call, and work to be done outside goes out as values.
struct CloudState: Sendable {
  /// A job whose file has to be read now.
  struct Reading: Sendable, Equatable {
    var jobID: String
    var imageName: String
    var source: String
    var isData: Bool
    var minDisk: Int
  }

  private enum Due: Sendable {
    case job(String)
    case removal(String)
  }

  private(set) var images: [String: ImageState] = [:]
  private(set) var jobs: [String: JobRecord] = [:]
  /// Ids of all images, oldest first.
  private(set) var order: [(sequence: Int64, id: String)] = []
  /// Jobs that have not ended.
  private(set) var runningJobs = 0
  var tokens: TokenTable
  private var killedImages = 0
  private var nextSequence: Int64 = 1
  private var due = DueQueue<Due>()
  /// Whether an image stays when its import has failed.
  var keepsKilled: Bool

  private var changedImages: Set<String> = []
  private var changedJobs: Set<String> = []
  private var removedImages: [String] = []
  private var newTokens: [TokenTable.Entry] = []
  private var areTokensRevoked = false

  /// Goes on from what the disk holds: jobs that ran go on, a reading that was cut off begins again.
  init(_ snapshot: StateStore.Snapshot, keepsKilled: Bool) {
    self.keepsKilled = keepsKilled
    tokens = TokenTable(snapshot.tokens)
    for image in snapshot.images {
      images[image.id] = image
      order.append((image.sequence, image.id))
      nextSequence = max(nextSequence, image.sequence + 1)
      if image.status == .killed { killedImages += 1 }
      if let leavesAt = image.leavesAt { due.add(.removal(image.id), due: leavesAt) }
    }
    for var job in snapshot.jobs {
      job.machine.resume()
      jobs[job.id] = job
      if !job.machine.hasEnded { runningJobs += 1 }
      if let moment = job.machine.due { due.add(.job(job.id), due: moment) }
    }
  }

  /// Images that count against the quota: all but those that failed.
  var usedQuota: Int { images.count - killedImages }

  /// The moment something becomes due.
  var nextDue: Date? { due.next }

  /// Lets everything happen that is due at `now`.
  ///
  /// - Returns: files to read; their verdicts come back through `finishReading`.
  mutating func advance(to now: Date) -> [Reading] {
    var readings: [Reading] = []
    while let next = due.take(at: now) {
      switch next {
      case .removal(let id): remove(id)
      case .job(let id):
        if let reading = advanceJob(id, to: now) { readings.append(reading) }
      }
    }
    return readings
  }

  /// Takes the verdict on a job's file.
  mutating func finishReading(
    _ jobID: String, _ verdict: JobMachine.Verdict, now: Date, timing: JobMachine.Timing
  ) {
    guard var job = jobs[jobID] else { return }
    job.machine.inspected(verdict, now: now, timing: timing)
    store(job)
    if let moment = job.machine.due { due.add(.job(jobID), due: moment) }
  }

  /// Adds an accepted import; `makeImage` makes the image from its place in the order.
  mutating func add(_ job: JobRecord, makeImage: (Int64) -> ImageState) {
    let image = makeImage(nextSequence)
    nextSequence += 1
    images[image.id] = image
    order.append((image.sequence, image.id))
    changedImages.insert(image.id)
    runningJobs += 1
    store(job)
    if let moment = job.machine.due { due.add(.job(job.id), due: moment) }
  }

  /// Changes an image in place.
  mutating func update(_ id: String, now: Date, _ change: (inout ImageState) -> Void) {
    guard var image = images[id] else { return }
    change(&image)
    image.updatedAt = now
    images[id] = image
    changedImages.insert(id)
  }

  /// Lets an image go away at `moment`.
  mutating func scheduleRemoval(_ id: String, at moment: Date) {
    guard images[id] != nil, images[id]?.leavesAt == nil else { return }
    images[id]?.leavesAt = moment
    changedImages.insert(id)
    due.add(.removal(id), due: moment)
  }

  /// Adds a token.
  mutating func add(_ token: TokenTable.Entry, now: Date) {
    tokens.add(token, now: now)
    newTokens.append(token)
  }

  /// Forgets every token.
  mutating func revokeTokens() {
    tokens = TokenTable()
    newTokens = []
    areTokensRevoked = true
  }

  /// Takes the rows that changed since the last call.
  mutating func takeChanges() -> StateStore.Batch {
    var batch = StateStore.Batch()
    batch.images = changedImages.compactMap { images[$0] }
    batch.jobs = changedJobs.compactMap { jobs[$0] }
    batch.removedImages = removedImages
    batch.tokens = newTokens
    batch.revokesTokens = areTokensRevoked
    areTokensRevoked = false
    changedImages.removeAll(keepingCapacity: true)
    changedJobs.removeAll(keepingCapacity: true)
    removedImages.removeAll()
    newTokens.removeAll()
    return batch
  }

  /// Marks the rows of a batch that could not be written as changed again.
  mutating func putBack(_ batch: StateStore.Batch) {
    changedImages.formUnion(batch.images.map(\.id).filter { images[$0] != nil })
    changedJobs.formUnion(batch.jobs.map(\.id))
    removedImages = batch.removedImages + removedImages
    if !areTokensRevoked { newTokens = batch.tokens + newTokens }
    areTokensRevoked = areTokensRevoked || batch.revokesTokens
  }

  private mutating func advanceJob(_ id: String, to now: Date) -> Reading? {
    guard var job = jobs[id] else { return nil }
    var reading: Reading?
    while let action = job.machine.advance(to: now) {
      switch action {
      case .inspect:
        guard let image = images[job.imageID] else { continue }
        update(job.imageID, now: job.machine.began ?? now) { $0.status = .saving }
        reading = Reading(
          jobID: id, imageName: image.name, source: image.source, isData: image.isData, minDisk: image.minDisk)
      case .activate(_, let fileSize):
        let ended = job.machine.ended ?? now
        update(job.imageID, now: ended) { image in
          image.status = .active
          image.activeAt = ended
          image.fileSize = fileSize
        }
        runningJobs -= 1
      case .kill(let failure):
        update(job.imageID, now: job.machine.ended ?? now) { $0.status = .killed }
        killedImages += 1
        if !(failure.keepsImage ?? keepsKilled) { remove(job.imageID) }
        runningJobs -= 1
      }
    }
    store(job)
    if let moment = job.machine.due { due.add(.job(id), due: moment) }
    return reading
  }

  private mutating func store(_ job: JobRecord) {
    jobs[job.id] = job
    changedJobs.insert(job.id)
  }

  private mutating func remove(_ id: String) {
    guard let image = images.removeValue(forKey: id) else { return }
    if image.status == .killed { killedImages -= 1 }
    if let index = index(of: image.sequence) { order.remove(at: index) }
    changedImages.remove(id)
    removedImages.append(id)
  }

  /// Place of a sequence number in `order`, by halving.
  func index(of sequence: Int64) -> Int? {
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if order[middle].sequence < sequence { low = middle + 1 } else { high = middle }
    }
    return low < order.count && order[low].sequence == sequence ? low : nil
  }
}
