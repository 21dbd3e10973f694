import Foundation

/// Finds the jobs whose image one can be.
///
/// A marker decides: an image that has one belongs to that import or to none of these. Without it, because it was switched off or because
/// the cloud shows tags later, name and origin make candidates, and the job itself is asked for the truth.
struct JobIndex: Sendable {
  private struct Entry: Sendable {
    var recordID: String?
    var name: String?
    var url: String?
    var earliest: Date?
  }

  /// How many jobs one image lets be asked for; names need not be unique.
  private static let mostCandidates = 8

  /// How far the clocks of this machine and the cloud may be apart.
  static let clockSlack: TimeInterval = 120

  private var entries: [String: Entry] = [:]
  private var byRecord: [String: String] = [:]
  private var byName: [String: [String]] = [:]

  mutating func insert(_ job: JobReference) {
    let entry = Entry(
      recordID: job.recordID, name: job.imageName, url: job.request?.imageURL,
      earliest: job.submittedAt.map { $0 - JobIndex.clockSlack })
    insert(job.id, entry)
  }

  /// Takes a job over from another index, which keeps it.
  mutating func insert(_ id: String, from other: JobIndex) {
    guard let entry = other.entries[id] else { return }
    insert(id, entry)
  }

  private mutating func insert(_ id: String, _ entry: Entry) {
    entries[id] = entry
    if let record = entry.recordID { byRecord[record] = id }
    if let name = entry.name { byName[name, default: []].append(id) }
  }

  mutating func remove(_ id: String) {
    guard let entry = entries.removeValue(forKey: id) else { return }
    if let record = entry.recordID, byRecord[record] == id { byRecord[record] = nil }
    guard let name = entry.name else { return }
    byName[name]?.removeAll { $0 == id }
    if byName[name]?.isEmpty == true { byName[name] = nil }
  }

  /// The jobs to ask for, the earliest first.
  func candidates(for image: SeenImage, except isTried: (String) -> Bool) -> [String] {
    if let marker = image.marker {
      return byRecord[marker].map { isTried($0) ? [] : [$0] } ?? []
    }
    guard let jobs = byName[image.name] else { return [] }
    var found: [String] = []
    for id in jobs where found.count < JobIndex.mostCandidates {
      guard let entry = entries[id], !isTried(id) else { continue }
      if let url = entry.url, let origin = image.origin, origin != "file,\(url)" { continue }
      if let earliest = entry.earliest, let created = image.createdAt, created < earliest { continue }
      found.append(id)
    }
    return found
  }
}
