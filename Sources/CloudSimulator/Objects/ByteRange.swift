/// A `Range` header as object storage reads it.
enum ByteRange: Sendable, Equatable {
  /// No range, or one in a form that is ignored: the whole object with 200.
  case whole
  /// Parts of the object, each inside it and not empty.
  case parts([Range<UInt64>])
  /// Start behind the end of the object.
  case unsatisfiable

  /// Reads a header for an object of `size` bytes.
  ///
  /// A form whose end is not greater than its start counts as no range at all when `ignoresSingleBytes`, as documented; else one
  /// byte can be asked for.
  init(_ header: String?, size: UInt64, ignoresSingleBytes: Bool) {
    self = .whole
    guard let header, header.hasPrefix("bytes=") else { return }
    var parts: [Range<UInt64>] = []
    for text in header.dropFirst(6).split(separator: ",", omittingEmptySubsequences: false) {
      let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
      guard ends.count == 2 else { return }
      switch (Self.number(ends[0]), Self.number(ends[1])) {
      case (let start?, let end?):
        guard ignoresSingleBytes ? end > start : end >= start else { return }
        guard start < size else {
          self = .unsatisfiable
          return
        }
        parts.append(start..<(min(end, size - 1) + 1))
      case (let start?, nil) where ends[1].isEmpty:
        guard start < size else {
          self = .unsatisfiable
          return
        }
        parts.append(start..<size)
      case (nil, let length?) where ends[0].isEmpty:
        guard length > 0 else { return }
        guard size > 0 else {
          self = .unsatisfiable
          return
        }
        parts.append((size - min(length, size))..<size)
      default: return
      }
    }
    if !parts.isEmpty { self = .parts(parts) }
  }

  /// The number that digits write, at most the largest one: an end past every object is legal.
  private static func number(_ digits: String) -> UInt64? {
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return UInt64(digits) ?? .max
  }
}
