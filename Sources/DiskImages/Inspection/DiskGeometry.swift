/// Cylinders, heads and sectors as the VHD format reckons them from a disk's size.
///
/// Nothing reads the numbers any more; the header of a ZVHD2 file carries them all the same.
public struct DiskGeometry: Sendable, Hashable {
  public var cylinders: Int
  public var heads: Int
  public var sectors: Int

  /// The geometry of a disk of `size` bytes; all divisions round down, as the format wants.
  public init(size: UInt64) {
    let limit: UInt64 = 65535 * 16 * 255
    let total = Int(min(limit, max(1, size / 512 + (size % 512 == 0 ? 0 : 1))))
    let tracks: Int
    if total >= 65535 * 16 * 63 {
      (sectors, heads, tracks) = (255, 16, total / 255)
    } else {
      var perTrack = 17
      var count = total / 17
      var sides = max(4, (count + 1023) / 1024)
      if count >= sides * 1024 || sides > 16 {
        (perTrack, sides, count) = (31, 16, total / 31)
        if count >= sides * 1024 {
          (perTrack, count) = (63, total / 63)
        }
      }
      (sectors, heads, tracks) = (perTrack, sides, count)
    }
    cylinders = tracks / heads
  }

  /// The header field: cylinders × 65536 + heads × 256 + sectors.
  public var packed: UInt32 {
    UInt32(truncatingIfNeeded: cylinders << 16 | heads << 8 | sectors)
  }
}
