import Synchronization

extension DiskConverter {
  /// Does what ``convert(from:to:options:progress:)`` does in a thread of its own; cancelling the task stops it.
  ///
  /// `progress` is called in that thread.
  @discardableResult
  public static func convertInBackground(
    from input: String, to output: String, options: ConvertOptions = ConvertOptions(),
    progress: @escaping @Sendable (ConvertProgress) -> Void = { _ in }
  ) async throws -> ConvertSummary {
    let isCancelled = CancellationMark()
    var watched = options
    watched.isCancelled = { isCancelled.isSet || options.isCancelled() }
    let choices = watched
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        do {
          _ = try WorkerThread(detached: true) {
            continuation.resume(
              with: Result { try convert(from: input, to: output, options: choices, progress: progress) })
          }
        } catch {
          continuation.resume(throwing: error)
        }
      }
    } onCancel: {
      isCancelled.set()
    }
  }

  private final class CancellationMark: Sendable {
    private let mark = Atomic<Bool>(false)
    var isSet: Bool { mark.load(ordering: .relaxed) }
    func set() { mark.store(true, ordering: .relaxed) }
  }
}
