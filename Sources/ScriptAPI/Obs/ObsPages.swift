import ObjectStorage

/// The objects of a bucket, fetched page by page as a script's loop asks for them.
actor ObsPages {
  private let bucket: String
  private let prefix: String
  private let obs: ObsModule
  private var waiting: ArraySlice<ObjectInfo> = []
  private var marker: String?
  private var isLast = false

  init(bucket: String, prefix: String, obs: ObsModule) {
    self.bucket = bucket
    self.prefix = prefix
    self.obs = obs
  }

  /// The next object, or nil after the last.
  func next() async throws -> ObjectInfo? {
    while waiting.isEmpty, !isLast {
      let (bucket, prefix, before) = (bucket, prefix, marker)
      let page = try await obs.attempt(.readObjects(bucket: bucket)) {
        try await $0.list(bucket: bucket, prefix: prefix, marker: before)
      }
      // Another task of the script may have fetched the same page meanwhile.
      guard marker == before else { continue }
      waiting = page.objects[...]
      // A marker that does not move would list for ever.
      isLast = page.nextMarker == nil || page.nextMarker == marker
      marker = page.nextMarker
    }
    return waiting.popFirst()
  }
}
