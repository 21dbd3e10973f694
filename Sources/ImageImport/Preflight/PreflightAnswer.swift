/// What became of a question of preflight.
enum PreflightAnswer<Value: Sendable>: Sendable {
  /// No check needs it.
  case notAsked
  case known(Value)
  case failed(PreflightFailure)

  /// The answer, when there is one.
  var value: Value? { if case .known(let value) = self { value } else { nil } }

  /// Why there is none.
  var failure: PreflightFailure? { if case .failed(let failure) = self { failure } else { nil } }
}
