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
  init(keys: ArraySlice<String>, prefix: String, delimiter: String, after: String, limit: Int) {
    guard limit > 0 else { return }
    var rest = keys[keys.firstPlace { !after.isEmpty && !after.utf8.lexicographicallyPrecedes($0.utf8) }...]
    while let key = rest.first {
      let entry: Entry
      if let common = Self.commonPrefix(of: key, prefix: prefix, delimiter: delimiter) {
        rest = rest[rest.firstPlace { $0.utf8.starts(with: common.utf8) }...]
        guard after.isEmpty || after.utf8.lexicographicallyPrecedes(common.utf8) else { continue }
        entry = .prefix(common)
      } else {
        rest = rest.dropFirst()
        entry = .key(key)
      }
      if entries.count == limit {
        isTruncated = true
        return
      }
      entries.append(entry)
    }
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
