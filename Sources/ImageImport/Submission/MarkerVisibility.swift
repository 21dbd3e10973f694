/// What has been measured of how soon a cloud lists an image under import by its marker.
public struct MarkerVisibility: Sendable, Hashable {
  /// Fewer measurements prove nothing.
  public static let leastSamples = 10

  /// How many of the latest measurements count.
  public static let window = 200

  /// The delays, in the order of measuring; nil where the marker was not listed before the import had ended.
  public var lags: [Duration?]

  public init(lags: [Duration?] = []) { self.lags = lags }

  /// The delay that 99 of 100 measurements stay below; nil without proof: too few measurements, or more than one in a hundred never seen.
  public var p99: Duration? {
    guard lags.count >= MarkerVisibility.leastSamples else { return nil }
    let sorted = lags.sorted { ($0 ?? .seconds(Int64.max / 2)) < ($1 ?? .seconds(Int64.max / 2)) }
    let rank = (lags.count * 99 + 99) / 100
    return sorted[min(rank, lags.count) - 1]
  }
}
