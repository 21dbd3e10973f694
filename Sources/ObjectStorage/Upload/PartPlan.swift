import CloudAccess

/// Into which parts an object is divided: a value, so that a later run divides it in the same way.
///
/// A store takes 10,000 parts of 5 MiB to 5 GiB, the last one of any size. (OBS takes parts from 100 KB, others do not.)
/// The first part is large and goes alone. Those behind it are smaller and go several at a time, as many as are no more
/// than the first together: so a kill wastes no more than one part, however many are under way. Where only a bound is
/// known, which most streams stay far below, the second half of the parts is so large that the bound would fit.
public struct PartPlan: Sendable, Hashable {
  /// The most parts an object may have.
  public static let mostParts = 10_000
  /// The least size of a part that is not the last, in bytes.
  public static let leastSize: UInt64 = 5 << 20
  /// The greatest size of a part, in bytes.
  public static let greatestSize: UInt64 = 5 << 30
  /// The greatest object of all: 48.8 TB.
  public static let greatestObject: UInt64 = UInt64(mostParts) * greatestSize

  /// The size of the first part, in bytes.
  public var headSize: UInt64
  /// The size of the next ``firstCount`` - 1 parts, in bytes.
  public var firstSize: UInt64
  /// How many parts there are before those of ``restSize``, the first among them.
  public var firstCount: Int
  /// The size of those behind, in bytes.
  public var restSize: UInt64

  init(headSize: UInt64? = nil, firstSize: UInt64, firstCount: Int = Self.mostParts, restSize: UInt64? = nil) {
    self.headSize = headSize ?? firstSize
    self.firstSize = firstSize
    self.firstCount = firstCount
    self.restSize = restSize ?? firstSize
  }

  /// A first part of `head` bytes, and parts of a `parallel`th of it behind, but of at least `least` bytes and of as many
  /// whole MiB as 10,000 parts need.
  ///
  /// Without `head` it is what `parallel` of those behind are together: 20 MiB for one to four. One that `isPaced` sends one part
  /// at a time on a slow line: all of its parts are as small as can be.
  public init(
    size: UInt64, head: UInt64? = nil, parallel: Int = 4, isPaced: Bool = false, least: UInt64 = Self.leastSize
  ) {
    let count = UInt64(min(max(parallel, 1), 64))
    if let head {
      let share = max(least, (head + count - 1) / count)
      let rest = max(share, Self.wholeMiB(size - min(size, head), in: Self.mostParts - 1))
      self.init(headSize: head, firstSize: min(rest, head))
    } else if isPaced {
      self.init(firstSize: max(least, Self.wholeMiB(size, in: Self.mostParts)))
    } else {
      let share = max(least, Self.wholeMiB(4 * least, in: Int(count)))
      let part = max(share, Self.wholeMiB(size, in: Self.mostParts))
      self.init(headSize: max(part, min(part * count, Self.greatestSize)), firstSize: part)
    }
  }

  /// Small parts behind the first one, and then large ones, for at most `bound` bytes.
  init(bound: UInt64, head: UInt64? = nil, small: UInt64 = leastSize, count: Int = Self.mostParts / 2) {
    let head = head ?? small
    let inSmall = head + small * UInt64(count - 1)
    guard bound > inSmall else {
      self.init(headSize: head, firstSize: small)
      return
    }
    let rest = max(small, Self.wholeMiB(bound - inSmall, in: Self.mostParts - count))
    guard rest <= Self.greatestSize else {
      self.init(size: bound, parallel: 1)
      return
    }
    self.init(headSize: head, firstSize: small, firstCount: count, restSize: rest)
  }

  /// How many bytes of parts may be under way at a time: as many as the largest of them has.
  public var mostUnderWay: UInt64 { max(headSize, firstSize) }

  /// The size of a part that is not the last, in bytes; parts count from 1.
  public func size(of number: Int) -> UInt64 {
    if number == 1 { return headSize }
    return number <= firstCount ? firstSize : restSize
  }

  /// Where a part begins, in bytes.
  public func offset(of number: Int) -> UInt64 {
    let before = number - 1
    guard before > 0 else { return 0 }
    let first = min(before, firstCount)
    return headSize + UInt64(first - 1) * firstSize + UInt64(before - first) * restSize
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
