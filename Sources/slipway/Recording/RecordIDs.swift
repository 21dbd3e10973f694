import CloudAccess
import Synchronization

/// The ids that records had in a recorded run: by key, in the order in which they were given.
///
/// An id stands in the marker tag of a request and in what users see; so a replay has to give the same ones.
final class RecordIDs: Sendable {
  /// The kind of note that holds them.
  static let note = "record_id"

  private let waiting: Mutex<[String: ArraySlice<String>]>

  init(_ notes: [JSONValue]) {
    var all: [String: [String]] = [:]
    for note in notes {
      guard let key = note["key"]?.stringValue, let id = note["id"]?.stringValue else { continue }
      all[key, default: []].append(id)
    }
    waiting = Mutex(all.mapValues { $0[...] })
  }

  /// The next id for a key; nil where the recorded run gave no more.
  func next(_ key: String) -> String? { waiting.withLock { $0[key]?.popFirst() } }
}
