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
  let options: ImsModule.WaitOptions

  /// Runs until every image has an outcome; throws only when cancelled or when a progress callback fails.
  func run(_ requests: [ImportRequest]) async throws -> [Entry] {
    var entries: [Entry?] = Array(repeating: nil, count: requests.count)
    try await withThrowingTaskGroup(of: Entry.self) { group in
      var next = 0
      var stopped = false
      func start() {
        guard next < requests.count, !stopped else { return }
        let index = next
        next += 1
        group.addTask { try await one(index, requests[index]) }
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
          index: index, request: requests[index],
          outcome: .failure(
            ImportError(
              kind: .cancelled, message: "not started, since an earlier import failed", request: requests[index])))
    }
  }

  private func one(_ index: Int, _ request: ImportRequest) async throws -> Entry {
    do {
      let result = try await service.importImage(
        request, options: submission, timeout: options.timeout, onProgress: options.observer(request.name))
      return Entry(index: index, request: request, outcome: .success(result))
    } catch let error as ImportError {
      if Task.isCancelled { throw error }
      return Entry(index: index, request: request, outcome: .failure(error))
    }
  }
}
