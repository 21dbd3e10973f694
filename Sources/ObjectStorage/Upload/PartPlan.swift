import CloudAccess

/// Into which parts an object is divided: a value, so that a later run divides it in the same way.
///
/// A store takes 10,000 parts of 5 MiB to 5 GiB, the last one of any size. (OBS takes parts from 100 KB, others do not.)
/// Where the size is known all parts are equal. Where only a bound is known, which most streams stay far below, the first
/// half of the parts is small and the second half so large that the bound would fit.
public struct PartPlan: Sendable, Hashable {
  /// The most parts an object may have.
  public static let mostParts = 10_000
  /// The least size of a part that is not the last, in bytes.
  public static let leastSize: UInt64 = 5 << 20
  /// The greatest size of a part, in bytes.
  public static let greatestSize: UInt64 = 5 << 30
  /// The greatest object of all: 48.8 TB.
  public static let greatestObject: UInt64 = UInt64(mostParts) * greatestSize

  /// The size of the first ``firstCount`` parts, in bytes.
  public var firstSize: UInt64
  public var firstCount: Int
  /// The size of those behind, in bytes.
  public var restSize: UInt64

  init(firstSize: UInt64, firstCount: Int, restSize: UInt64) {
    self.firstSize = firstSize
    self.firstCount = firstCount
    self.restSize = restSize
  }

  /// Equal parts for a size that is known: of the preferred size, or of as many whole MiB as 10,000 parts need.
  public init(size: UInt64, preferred: UInt64 = 16 << 20) {
    let part = max(preferred, Self.wholeMiB(size, in: Self.mostParts), 1)
    self.init(firstSize: part, firstCount: Self.mostParts, restSize: part)
  }

  /// Small parts at first, large ones behind, for at most `bound` bytes.
  public init(bound: UInt64, small: UInt64 = 8 << 20) {
    self.init(bound: bound, small: small, count: Self.mostParts / 2)
  }

  /// The same with that many small parts.
  init(bound: UInt64, small: UInt64, count: Int) {
    let inSmall = small * UInt64(count)
    guard bound > inSmall else {
      self.init(firstSize: small, firstCount: Self.mostParts, restSize: small)
      return
    }
    let rest = max(small, Self.wholeMiB(bound - inSmall, in: Self.mostParts - count))
    guard rest <= Self.greatestSize else {
      self.init(size: bound)
      return
    }
    self.init(firstSize: small, firstCount: count, restSize: rest)
  }

  /// The size of a part that is not the last, in bytes; parts count from 1.
  public func size(of number: Int) -> UInt64 { number <= firstCount ? firstSize : restSize }

  /// Where a part begins, in bytes.
  public func offset(of number: Int) -> UInt64 {
    let before = number - 1
    let first = min(before, firstCount)
    return UInt64(first) * firstSize + UInt64(before - first) * restSize
  }

  /// How many bytes 10,000 parts hold.
  public var capacity: UInt64 { offset(of: Self.mostParts + 1) }

  /// The parts of an object of that size, in order; none for an empty one.
  func parts(ofSize size: UInt64) -> [UploadPart] {
    var parts: [UploadPart] = []
    var offset: UInt64 = 0
    while offset < size {
      let part = UploadPart(
        number: parts.count + 1, offset: offset, size: min(self.size(of: parts.count + 1), size - offset))
      parts.append(part)
      offset += part.size
    }
    return parts
  }

  private static func wholeMiB(_ size: UInt64, in count: Int) -> UInt64 {
    let least = (size + UInt64(count) - 1) / UInt64(count)
    return ((least + (1 << 20) - 1) >> 20) << 20
  }
}
