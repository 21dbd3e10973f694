/// How fast bytes go, over the last few seconds: a value that is told how many there are so far.
public struct TransferRate: Sendable, Hashable {
  private struct Sample: Sendable, Hashable {
    var time: Duration
    var bytes: UInt64
  }

  private let window: Duration
  private var samples: [Sample] = []

  /// `window` is the time looked back on.
  public init(window: Duration = .seconds(10)) {
    self.window = window
  }

  /// So many bytes have gone by then, all together. Fewer than before means that some were for nothing.
  public mutating func add(_ bytes: UInt64, at time: Duration) {
    samples.append(Sample(time: time, bytes: bytes))
    // The oldest one before the window is kept as its beginning.
    while samples.count > 2, samples[1].time <= time - window { samples.removeFirst() }
  }

  /// Bytes a second; nil before there is anything to tell.
  public var bytesPerSecond: Double? {
    guard let first = samples.first, let last = samples.last, last.time - first.time >= .milliseconds(200) else {
      return nil
    }
    guard last.bytes > first.bytes else { return 0 }
    return Double(last.bytes - first.bytes) / ((last.time - first.time) / .seconds(1))
  }

  /// How long the rest takes at this rate; nil when that cannot be told.
  public func remaining(_ bytes: UInt64) -> Duration? {
    guard let rate = bytesPerSecond, rate > 0 else { return nil }
    return .seconds(Double(bytes) / rate)
  }
}
