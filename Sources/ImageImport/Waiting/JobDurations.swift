/// Learns how long imports take, by the size of their disks.
///
/// It keeps the last hundred of each size. Fewer than five of a size are no measure; then all sizes together are, and before those the guess.
public struct JobDurations: Sendable {
  /// Disks whose imports take about as long: each class is four times as large as the one before.
  public enum Size: Int, Sendable, Hashable, CaseIterable {
    case tiny, small, medium, large

    /// Of a disk in GiB.
    public init(minDisk: Int?) {
      switch minDisk ?? 40 {
      case ..<16: self = .tiny
      case ..<64: self = .small
      case ..<256: self = .medium
      default: self = .large
      }
    }
  }

  private struct Samples: Sendable {
    var values: [Duration] = []
    var next = 0
    var timing: JobTiming?

    mutating func add(_ duration: Duration) {
      if values.count < JobDurations.window {
        values.append(duration)
      } else {
        values[next] = duration
        next = (next + 1) % JobDurations.window
      }
      guard values.count >= JobDurations.leastSamples else { return }
      let sorted = values.sorted()
      timing = JobTiming(
        early: sorted[(sorted.count - 1) / 10], median: sorted[(sorted.count - 1) / 2], isLearned: true)
    }
  }

  private static let window = 100
  private static let leastSamples = 5

  private let guess: JobTiming
  private var bySize = [Samples](repeating: Samples(), count: Size.allCases.count)
  private var all = Samples()

  public init(guess: Duration = .seconds(300)) {
    self.guess = JobTiming(guess: guess)
  }

  /// An import took so long.
  public mutating func add(_ duration: Duration, size: Size) {
    guard duration > .zero else { return }
    bySize[size.rawValue].add(duration)
    all.add(duration)
  }

  /// What to expect of an import.
  public func timing(_ size: Size) -> JobTiming { bySize[size.rawValue].timing ?? all.timing ?? guess }
}
