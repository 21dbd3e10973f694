extension LuaLimits {
  /// A limit's value with its unit, such as "64 MB" or "1.5 s"; nil when there is none.
  public func text(_ kind: Kind) -> String? {
    switch kind {
    case .memory: memory.map(Self.size)
    case .instructions: instructions.map { "\($0) instructions" }
    case .burstInstructions: burstInstructions.map { "\($0) instructions" }
    case .runningTime: runningTime.map(Self.seconds)
    case .burstTime: burstTime.map(Self.seconds)
    case .output: output.map(Self.size)
    }
  }

  /// What an error says about a limit that was reached, such as "the limit of 5 s of running time is used up".
  func exhausted(_ kind: Kind) -> String? {
    guard let text = text(kind) else { return nil }
    return switch kind {
    case .memory: "the limit is \(text)"
    case .instructions: "the limit of \(text) is used up"
    case .burstInstructions: "the limit of \(text) without waiting is used up"
    case .runningTime: "the limit of \(text) of running time is used up"
    case .burstTime: "the limit of \(text) of running without waiting is used up"
    case .output: "the limit of \(text) of output is used up"
    }
  }

  /// In the largest unit that leaves no fraction; units count in steps of 1024, see `LuaSize`.
  private static func size(_ bytes: Int) -> String {
    var (amount, unit) = (bytes, "bytes")
    for larger in ["KB", "MB", "GB", "TB"] where amount >= 1024 && amount % 1024 == 0 {
      (amount, unit) = (amount / 1024, larger)
    }
    return "\(amount) \(unit)"
  }

  private static func seconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    if attoseconds == 0 { return "\(seconds) s" }
    return "\(Double(seconds) + Double(attoseconds) / 1e18) s"
  }
}
