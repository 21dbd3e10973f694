import ImageImport
import LuaHost

/// Imports many images, a fixed number at a time, and keeps the order of the requests.
struct BatchImport: Sendable {
  /// How one image ended.
  struct Entry: Sendable {
    var index: Int
    var request: ImportRequest
    var outcome: Result<ImportResult, ImportError>

    var succeeded: Bool {
      if case .success = outcome { true } else { false }
    }
  }

  let service: ImportService
  let concurrency: Int
  let stopsOnError: Bool
  let submission: SubmitOptions
  let options: WaitOptions

  /// Runs until every image has an outcome; throws only when cancelled or when a progress callback fails.
  func run(_ images: [ImageObject]) async throws -> [Entry] {
    var entries: [Entry?] = Array(repeating: nil, count: images.count)
    var next = 0
    service.beginBatch(of: images.count)
    defer { service.endBatch(of: images.count, notBegun: images.count - next) }
    try await withThrowingTaskGroup(of: Entry.self) { group in
      var stopped = false
      func start() {
        guard next < images.count, !stopped else { return }
        let index = next
        next += 1
        guard ScriptCall.current != nil else {
          group.addTask { try await one(index, images[index]) }
          return
        }
        group.addTask { try await ScriptCall.part(index) { try await one(index, images[index]) } }
      }
      for _ in 0..<concurrency { start() }
      while let entry = try await group.next() {
        entries[entry.index] = entry
        if stopsOnError, !entry.succeeded { stopped = true }
        start()
      }
    }
    return entries.enumerated().map { index, entry in
      entry
        ?? Entry(
          index: index, request: images[index].request,
          outcome: .failure(
            ImportError(
              kind: .cancelled, message: "not started, since an earlier import failed", request: images[index].request))
        )
    }
  }

  private func one(_ index: Int, _ image: ImageObject) async throws -> Entry {
    let request = image.request
    do {
      let result = try await image.run(service, submission, options)
      return Entry(index: index, request: request, outcome: .success(result))
    } catch let error as ImportError {
      if Task.isCancelled { throw error }
      return Entry(index: index, request: request, outcome: .failure(error))
    }
  }
}
