import CloudAccess
import Foundation

/// What a list says about an image, as far as it tells whose import made it.
struct SeenImage: Sendable, Hashable {
  var id: String
  var name: String

  /// The value of the marker tag; nil where it has none, or none yet.
  var marker: String?
  var origin: String?
  var createdAt: Date?
  var updatedAt: Date?

  /// The image without its raw object, where its tags are to be seen already: it is kept until its import has ended.
  @IndirectOptional var record: ImageRecord?

  init(id: String, name: String, marker: String?, origin: String?, createdAt: Date?, updatedAt: Date?) {
    self.id = id
    self.name = name
    self.marker = marker
    self.origin = origin
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }

  init(_ image: ImageRecord) {
    self.init(
      id: image.id, name: image.name, marker: ImportMarker.value(of: image), origin: image.dataOrigin,
      createdAt: image.createdAt, updatedAt: image.updatedAt)
    guard marker != nil else { return }
    var slim = image
    slim.raw = .null
    record = slim
  }
}
