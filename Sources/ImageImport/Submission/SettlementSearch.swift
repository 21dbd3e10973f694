import CloudAccess
import Foundation

/// Which images can be the one of a lost submission.
struct SettlementSearch: Sendable {
  let record: ImportRecord
  let slack: Duration

  /// Images other records have; they cannot be this one.
  var claimed: Set<String> = []

  /// Other imports of this name under way whose image is not known: an image that one of them can have made proves nothing.
  var rivals: [ImportRecord] = []

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

  /// Of the images listed by name those that must be it: this import can have made them and no rival can, and they are not marked as
  /// another's.
  func named(_ images: [ImageRecord]) -> [ImageRecord] {
    oldestFirst(
      images.filter { image in
        guard !image.id.isEmpty, !claimed.contains(image.id), canHaveMade(image, record) else { return false }
        // A dead image of that name may be another import's: only the marker proves a failure.
        guard image.status.lowercased() != "killed", image.status.lowercased() != "deleted" else { return false }
        if let marker = ImportMarker.value(of: image) { return record.isMarked && marker == record.id }
        return !rivals.contains { canHaveMade(image, $0) }
      })
  }

  /// Whether nothing that is listed of an image speaks against a record as its origin: same name, made no earlier, from the same file, for
  /// the same disk.
  private func canHaveMade(_ image: ImageRecord, _ record: ImportRecord) -> Bool {
    guard let name = record.name, image.name == name else { return false }
    guard let created = image.createdAt, created >= record.createdAt - slack.inSeconds else { return false }
    if let origin = image.dataOrigin, let url = record.request.imageURL, origin != "file,\(url)" { return false }
    if let disk = image.minDisk, let asked = record.request.minDisk, disk != asked { return false }
    return true
  }

  private func oldestFirst(_ images: [ImageRecord]) -> [ImageRecord] {
    images.sorted { ($0.createdAt ?? .distantFuture, $0.id) < ($1.createdAt ?? .distantFuture, $1.id) }
  }
}
