import CloudAccess
import Foundation

/// Which images can be the one of a lost submission.
struct SettlementSearch: Sendable {
  let record: ImportRecord
  let slack: Duration

  /// Images other records have; they cannot be this one.
  var claimed: Set<String> = []

  /// Whether another import of this name is under way whose image is not known: then a name alone proves nothing.
  var hasRivals = false

  /// The list that shows the image by its marker; nil where none was sent.
  var byMarker: ImageQuery? {
    guard record.isMarked else { return nil }
    var query = ImageQuery()
    query.tag = "\(ImportMarker.tagKey)=\(record.id)"
    return query
  }

  /// The list that shows it by its name; nil for a request without one.
  var byName: ImageQuery? { record.name.map { ImageQuery(name: $0) } }

  /// Of the images listed by the marker those that have it: a service that ignores the filter must not settle anything.
  func marked(_ images: [ImageRecord]) -> [ImageRecord] {
    oldestFirst(images.filter { ImportMarker.value(of: $0) == record.id })
  }

  /// Of the images listed by name those that can be it: same name, made no earlier, from the same file, for the same disk, not marked as
  /// another's.
  func named(_ images: [ImageRecord]) -> [ImageRecord] {
    guard let name = record.name else { return [] }
    let earliest = record.createdAt - slack.inSeconds
    return oldestFirst(
      images.filter { image in
        guard image.name == name, !image.id.isEmpty, !claimed.contains(image.id) else { return false }
        // A dead image of that name may be another import's: only the marker proves a failure.
        guard image.status.lowercased() != "killed", image.status.lowercased() != "deleted" else { return false }
        guard let created = image.createdAt, created >= earliest else { return false }
        if let origin = image.dataOrigin, let url = record.request.imageURL, origin != "file,\(url)" { return false }
        if let disk = image.minDisk, let asked = record.request.minDisk, disk != asked { return false }
        if let marker = ImportMarker.value(of: image) { return record.isMarked && marker == record.id }
        return !hasRivals
      })
  }

  private func oldestFirst(_ images: [ImageRecord]) -> [ImageRecord] {
    images.sorted { ($0.createdAt ?? .distantFuture, $0.id) < ($1.createdAt ?? .distantFuture, $1.id) }
  }
}
