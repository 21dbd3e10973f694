/// The project's private images, as far as preflight needs them.
struct ImageRoll: Sendable {
  /// Ids of the images by name; those that failed or are going away do not count.
  var ids: [String: [String]] = [:]

  /// How many are being made.
  var underWay = 0

  /// Whether these are all: the list of a very large project is not walked to its end.
  var isComplete = true

  mutating func add(_ image: ImageRecord) {
    switch image.status {
    case "killed", "deleted": return
    case "queued", "saving": underWay += 1
    default: break
    }
    ids[image.name, default: []].append(image.id)
  }
}
