/// Gives a session's one source of lines to whoever needs a line, one after the other: the prompt, and questions of what runs.
///
/// A question that comes while the prompt stands waits until the user has finished that line, and goes ahead of the next prompt.
public actor LineDesk {
  private var source: (any LineSource)?
  private var isBusy = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  public init() {}

  func attach(_ source: any LineSource) { self.source = source }

  /// The next line; `ended` without a source.
  public func readLine(prompt: String) async -> LineEvent {
    guard let source else { return .ended }
    await enter()
    defer { leave() }
    return await source.readLine(prompt: prompt)
  }

  /// Shows a question and reads lines until one of them is an answer.
  ///
  /// - Parameters:
  ///   - prompt: what stands before the answer.
  ///   - show: shows the question; it is called once, when the source is free.
  ///   - answer: what a line means; nil asks again.
  /// - Returns: nil when the input has ended.
  /// - Throws: `CancellationError` when the task is cancelled or the line given up.
  public func ask<Answer: Sendable>(
    prompt: String, show: @Sendable () -> Void, answer: @Sendable (String) -> Answer?
  ) async throws -> Answer? {
    guard let source else { return nil }
    await enter()
    defer { leave() }
    try Task.checkCancellation()
    show()
    return try await withTaskCancellationHandler {
      while true {
        try Task.checkCancellation()
        switch await source.readLine(prompt: prompt) {
        case .ended: return nil
        case .cancelled: throw CancellationError()
        case .line(let bytes): if let answer = answer(String(decoding: bytes, as: UTF8.self)) { return answer }
        }
      }
    } onCancel: {
      source.cancelLine()
    }
  }

  private func enter() async {
    guard isBusy else {
      isBusy = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func leave() {
    if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
  }
}
