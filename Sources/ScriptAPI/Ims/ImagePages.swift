import ImageImport

/// The images of a query, fetched page by page as a script's loop asks for them.
actor ImagePages {
  private let query: ImageQuery
  private let ims: ImsModule
  private var iterator: ImageSequence.AsyncIterator?

  init(query: ImageQuery, ims: ImsModule) {
    self.query = query
    self.ims = ims
  }

  /// The next image, or nil after the last.
  func next() async throws -> ImageRecord? {
    let query = query
    if iterator == nil { iterator = try await ims.attempt(.read) { $0.client.images(query).makeAsyncIterator() } }
    var current = iterator
    let record = try await ims.attempt(.read) { _ in try await current?.next() }
    iterator = current
    return record
  }
}
