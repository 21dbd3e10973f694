import CloudAccess

/// The images of a query, page by page as they are asked for.
///
/// The service gives no link to the next page and no count, so a page is asked for after the last id seen until one comes back empty; a
/// short page is no proof of the end, because some filters may apply after paging.
public struct ImageSequence: AsyncSequence, Sendable {
  public typealias Element = ImageRecord
  public typealias Failure = any Error

  let client: ImageClient
  let query: ImageQuery

  public func makeAsyncIterator() -> Iterator { Iterator(client: client, query: query) }

  /// Every image of the query.
  public func all() async throws -> [ImageRecord] {
    try await reduce(into: []) { $0.append($1) }
  }

  public struct Iterator: AsyncIteratorProtocol, Sendable {
    let client: ImageClient
    let query: ImageQuery
    private var page: ArraySlice<ImageRecord> = []
    private var marker: String?
    private var seen: Set<String> = []
    private var ended = false

    init(client: ImageClient, query: ImageQuery) {
      self.client = client
      self.query = query
    }

    /// The next image; the page behind the last one is fetched before that one is given out, so that a loop may delete each image
    /// it gets: the service refuses a marker that no longer exists.
    public mutating func next() async throws -> ImageRecord? {
      if page.isEmpty { try await fetch() }
      guard let image = page.popFirst() else { return nil }
      if page.isEmpty { try await fetch() }
      return image
    }

    private mutating func fetch() async throws {
      if ended { return }
      let images = try await client.page(query, after: marker)
      // A service that ignores the marker would give the same page for ever.
      guard let last = images.last?.id, !last.isEmpty, seen.insert(last).inserted else {
        ended = true
        return
      }
      marker = last
      page = images[...]
    }
  }
}
