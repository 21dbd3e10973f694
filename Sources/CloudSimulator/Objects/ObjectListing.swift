import Foundation

/// A page of a bucket's keys, computed from all keys that begin with the prefix.
struct ObjectListing: Sendable, Equatable {
  enum Entry: Sendable, Equatable {
    case key(String)
    /// Keys that share this beginning up to the delimiter.
    case prefix(String)

    var name: String {
      switch self {
      case .key(let name), .prefix(let name): name
      }
    }
  }

  private(set) var entries: [Entry] = []
  private(set) var isTruncated = false

  /// The page that begins behind the key or common prefix `after`, which is empty for the first page.
  ///
  /// `keys` are sorted by bytes and all begin with `prefix`; a `limit` of 0 gives an empty page.
  init(keys: [String], prefix: String, delimiter: String, after: String, limit: Int) {
    guard limit > 0 else { return }
    var position = Self.firstIndex(in: keys, after: after)
    while position < keys.count {
      let key = keys[position]
      position += 1
      let entry: Entry
      if let common = Self.commonPrefix(of: key, prefix: prefix, delimiter: delimiter) {
        guard after.isEmpty || after.utf8.lexicographicallyPrecedes(common.utf8) else { continue }
        if case .prefix(let last)? = entries.last, last == common { continue }
        entry = .prefix(common)
      } else {
        entry = .key(key)
      }
      if entries.count == limit {
        isTruncated = true
        return
      }
      entries.append(entry)
    }
  }

  /// Place of the first key that comes after the text, by halving.
  private static func firstIndex(in keys: [String], after text: String) -> Int {
    guard !text.isEmpty else { return 0 }
    var (low, high) = (0, keys.count)
    while low < high {
      let middle = (low + high) / 2
      if text.utf8.lexicographicallyPrecedes(keys[middle].utf8) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The beginning of a key up to the first delimiter behind the prefix; nil when there is none.
  static func commonPrefix(of key: String, prefix: String, delimiter: String) -> String? {
    guard !delimiter.isEmpty else { return nil }
    let bytes = Array(key.utf8)
    let wanted = Array(delimiter.utf8)
    var start = prefix.utf8.count
    while start + wanted.count <= bytes.count {
      if bytes[start..<start + wanted.count].elementsEqual(wanted) {
        return String(decoding: bytes[..<(start + wanted.count)], as: UTF8.self)
      }
      start += 1
    }
    return nil
  }
}
