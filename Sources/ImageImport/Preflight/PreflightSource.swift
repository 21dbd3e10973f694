import CloudAccess
import DiskImages
import ObjectStorage
import Synchronization

/// Asks what preflight wants to know, and remembers the answers.
final class PreflightSource: Sendable {
  /// An answer, and how long ago it was given.
  typealias Told<Value: Sendable> = (answer: PreflightAnswer<Value>, age: Duration)

  /// Takes whatever is remembered.
  static let anyAge = Duration.seconds(1 << 40)

  private let client: ImageClient
  private let openStore: @Sendable () async throws -> ObjectStore

  private let stores: SharedAnswers<Bool, ObjectStore>
  private let buckets: SharedAnswers<String, BucketInfo>
  private let objects: SharedAnswers<ImageLocation, ObjectInfo>
  private let bitmaps: SharedAnswers<ImageLocation, PreflightFacts.Bitmap>
  private let headers: SharedAnswers<ImageLocation, DiskInspection>
  private let quotas: SharedAnswers<Bool, ImageQuota>
  private let rolls: SharedAnswers<Bool, ImageRoll>
  private let names: SharedAnswers<String, [String]>

  /// When images of a name were last sent from here: a list from before does not show them.
  private let sent = Mutex<[String: Duration]>([:])

  /// Which side does not answer at all, until when nobody waits for it again, and why.
  private let silences = Mutex<[Bool: (until: Duration, error: CloudError)]>([:])

  /// For how long a side that did not answer is not waited for by the next imports.
  private static let silenceLife = Duration.seconds(60)

  /// How long facts of object storage are believed: a run over one bucket asks for it once.
  static let fileLife = Duration.seconds(900)

  /// How long what the image service said is believed; imports change it all the time.
  static let projectLife = Duration.seconds(10)

  /// Pages of the list of images that are walked; a project with more is asked name by name.
  private static let mostPages = 4

  init(client: ImageClient, openStore: @escaping @Sendable () async throws -> ObjectStore) {
    self.client = client
    self.openStore = openStore
    let time = client.time
    stores = SharedAnswers(life: .init(known: .seconds(1 << 30)), time: time)
    buckets = SharedAnswers(life: .init(known: Self.fileLife), time: time)
    objects = SharedAnswers(life: .init(known: Self.fileLife), time: time)
    bitmaps = SharedAnswers(life: .init(known: Self.fileLife), time: time)
    headers = SharedAnswers(life: .init(known: Self.fileLife), time: time)
    quotas = SharedAnswers(life: .init(known: Self.projectLife), time: time)
    rolls = SharedAnswers(life: .init(known: Self.projectLife), time: time)
    names = SharedAnswers(life: .init(known: Self.projectLife), time: time)
  }

  /// Says that an object was written: what was known about it counts no longer.
  func forget(_ location: ImageLocation) {
    objects.forget(location)
    headers.forget(location)
    bitmaps.forget(location)
  }

  /// Why nobody need ask a question: its side, object storage or the image service, did not answer a moment ago.
  func silence(of question: PreflightQuestion) -> PreflightFailure? {
    let now = client.time.monotonic
    return silences.withLock { silences in
      guard let silence = silences[question.isAboutFile], silence.until > now else { return nil }
      return PreflightFailure(silence.error)
    }
  }

  /// Remembers which side gave no answer to any of the questions, so that each of many imports does not wait for it anew.
  func noteSilence(_ facts: PreflightFacts, asked: Set<PreflightQuestion>) {
    for isAboutFile in [true, false] {
      let errors = asked.filter { $0.isAboutFile == isAboutFile }.map { facts.failure(of: $0)?.error }
      guard let first = errors.first, var error = first,
        errors.allSatisfy({ $0?.kind == .timeout || $0?.kind == .network })
      else { continue }
      let reason = error.message.hasSuffix(".") ? String(error.message.dropLast()) : error.message
      error.message = "\(reason), a moment ago; it is not asked again so soon"
      let until = client.time.monotonic + Self.silenceLife
      silences.withLock { $0[isAboutFile] = (until, error) }
    }
  }

  /// Says that an import of this name was sent.
  func wasSent(_ name: String) {
    let now = client.time.monotonic
    sent.withLock { sent in
      if sent.count >= 1000 { sent = sent.filter { now - $0.value < Self.projectLife } }
      sent[name] = now
    }
  }

  func bucket(_ name: String, noOlderThan age: Duration) async throws -> Told<BucketInfo> {
    try await buckets.answer(to: name, noOlderThan: age) { [self] in
      let store = try await store()
      var info = try await store.headBucket(name)
      if info.region == nil { info.region = try? await store.bucketRegion(name) }
      return info
    }
  }

  func object(_ location: ImageLocation, noOlderThan age: Duration) async throws -> Told<ObjectInfo> {
    try await objects.answer(to: location, noOlderThan: age) { [self] in
      try await store().headObject(bucket: location.bucket, key: location.key)
    }
  }

  /// `location` is the bitmap's own.
  func bitmap(_ location: ImageLocation, noOlderThan age: Duration) async throws -> Told<PreflightFacts.Bitmap> {
    try await bitmaps.answer(to: location, noOlderThan: age) { [self] in
      let store = try await store()
      let info = try await store.headObject(bucket: location.bucket, key: location.key)
      guard info.size > 0, !info.needsRestore else { return PreflightFacts.Bitmap(info: info, start: []) }
      let start = try await store.read(bucket: location.bucket, key: location.key, offset: 0, count: 16)
      return PreflightFacts.Bitmap(info: info, start: start)
    }
  }

  /// Looks into the object once its size is known.
  func header(_ location: ImageLocation, noOlderThan age: Duration) async throws -> Told<DiskInspection> {
    try await headers.answer(to: location, noOlderThan: age) { [self] in
      let info: ObjectInfo
      switch try await object(location, noOlderThan: age).answer {
      case .known(let found): info = found
      case .failed(var failure):
        failure.cause = .object
        throw failure
      case .notAsked: throw CancellationError()
      }
      if info.needsRestore {
        throw PreflightFailure(
          CloudError(
            kind: .conflict,
            message: "the object is of class \(info.storageClass) and cannot be read before it is restored",
            delivery: .answered), cause: .object)
      }
      do {
        return try await store().inspect(info).inspection
      } catch let error as ObjectStorageError where error.cloudError.status == 412 {
        // Another object lies there now; what HEAD said about the old one is of no use.
        objects.forget(location)
        throw error
      }
    }
  }

  func quota(noOlderThan age: Duration) async throws -> Told<ImageQuota> {
    try await quotas.answer(to: true, noOlderThan: age) { [client] in try await client.quota() }
  }

  /// The project's images; of a very large project at least those of one name.
  func images(named name: String?, noOlderThan age: Duration) async throws -> Told<ImageRoll> {
    let now = client.time.monotonic
    let sentAt = name.flatMap { name in sent.withLock { $0[name] } }
    // A list as old as the sending may have been asked for before it.
    let age = min(age, sentAt.map { now - $0 - .nanoseconds(1) } ?? age)
    let (answer, since) = try await rolls.answer(to: true, noOlderThan: age) { [self] in try await roll() }
    guard case .known(var roll) = answer, !roll.isComplete, let name else { return (answer, since) }
    let same = try await names.answer(to: name, noOlderThan: age) { [client] in
      var found = ImageRoll()
      for image in try await client.images(ImageQuery(name: name)).all() { found.add(image) }
      return found.ids[name] ?? []
    }
    switch same.answer {
    case .known(let ids):
      roll.ids[name] = ids.isEmpty ? nil : ids
      return (.known(roll), max(since, same.age))
    case .failed(let failure): return (.failed(failure), same.age)
    case .notAsked: return (.notAsked, same.age)
    }
  }

  private func roll() async throws -> ImageRoll {
    var roll = ImageRoll()
    var query = ImageQuery()
    query.pageSize = 500
    var marker: String?
    for _ in 0..<Self.mostPages {
      let page = try await client.page(query, after: marker)
      for image in page { roll.add(image) }
      // Only an empty page surely is behind the last: filters may apply after paging.
      guard let last = page.last?.id, last != marker, !last.isEmpty else { return roll }
      marker = last
    }
    roll.isComplete = false
    return roll
  }

  private func store() async throws -> ObjectStore {
    switch try await stores.answer(to: true, noOlderThan: Self.anyAge, openStore).answer {
    case .known(let store): return store
    case .failed(let failure): throw failure
    case .notAsked: throw CancellationError()
    }
  }
}
