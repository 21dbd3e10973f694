import Foundation

extension CloudState {
  /// A page of a list.
  struct Page: Sendable, Equatable {
    var images: [ImageState]
    /// Whether the list goes on behind this page.
    var hasMore: Bool
  }

  /// What decides which images and tags show.
  struct View: Sendable {
    var owner: String
    var now: Date
    var imageVisibility: LocalCloudConfiguration.Visibility
    var tagVisibility: LocalCloudConfiguration.Visibility

    func shows(_ image: ImageState, _ query: ImageListQuery) -> Bool {
      image.isVisible(at: now, imageVisibility)
        && query.matches(image, owner: owner, visibleTags: image.visibleTags(at: now, tagVisibility))
    }
  }

  /// The images of a page: filtered, in order, after the marker.
  ///
  /// - Returns: nil when the marker names no image.
  func list(_ query: ImageListQuery, _ view: View) -> Page? {
    if query.sortKey == .createdAt || query.sortKey == .size || query.sortKey == .containerFormat {
      return listByAge(query, view)
    }
    let sorted = images.values.filter { view.shows($0, query) }.sorted { query.precedes($0, $1) }
    var rest = sorted[...]
    if let marker = query.marker {
      guard let image = images[marker] else { return nil }
      rest = sorted.drop { $0.id != marker && !query.precedes(image, $0) }
      if rest.first?.id == marker { rest = rest.dropFirst() }
    }
    return Page(images: Array(rest.prefix(query.limit)), hasMore: rest.count > query.limit)
  }

  /// The common orders walk the list of ages from the marker on and stop when the page is full.
  private func listByAge(_ query: ImageListQuery, _ view: View) -> Page? {
    var found: [ImageState] = []
    var position = query.ascending ? 0 : order.count - 1
    let step = query.ascending ? 1 : -1
    if let marker = query.marker {
      guard let image = images[marker], let place = index(of: image.sequence) else { return nil }
      position = place + step
    }
    if let id = query.id {
      let one = images[id].map { [$0] } ?? []
      return Page(images: query.marker == id ? [] : one.filter { view.shows($0, query) }, hasMore: false)
    }
    while order.indices.contains(position) {
      if let image = images[order[position].id], view.shows(image, query) {
        if found.count == query.limit { return Page(images: found, hasMore: true) }
        found.append(image)
      }
      position += step
    }
    return Page(images: found, hasMore: false)
  }
}
