import CloudAccess

extension ImageClient {
  /// Deletes an image; the answer comes at once, the image goes away later (``waitGone(_:timeout:)``).
  public func delete(_ id: String) async throws {
    _ = try await session.send(APICall(method: "DELETE", path: "/v2/images/\(ImageClient.segment(id))"))
  }

  /// Returns when the list no longer has the image, which is looked at in growing intervals.
  ///
  /// - Throws: ``ImportError`` of kind `timeout` when it is still there after the time limit.
  public func waitGone(_ id: String, timeout: Duration = .seconds(600)) async throws {
    let start = time.monotonic
    var interval = deletionInterval / 16
    var query = ImageQuery()
    query.id = id
    query.imageType = nil
    while true {
      let images = try await page(query, after: nil)
      if !images.contains(where: { $0.id == id }) { return }
      if time.monotonic - start >= timeout {
        throw ImportError(
          kind: .timeout, message: "Image \(id) is still listed \(timeout.brief) after it was deleted.",
          hint: "Ask for it again later; deletion goes on in the cloud.", retryable: true)
      }
      try await time.sleep(for: interval)
      interval = min(interval * 2, deletionInterval)
    }
  }

  /// Sets tags on an image: a key that exists gets the new value, other tags stay.
  public func setTags(_ id: String, _ tags: [ImageTag]) async throws {
    try await tagAction("create", id, tags.map(\.json))
  }

  /// Takes tags off an image; a key that is not there is no error.
  public func removeTags(_ id: String, keys: [String]) async throws {
    try await tagAction("delete", id, keys.map { .object(["key": .string($0)]) })
  }

  /// The tags of an image as key and value.
  public func tags(_ id: String) async throws -> [ImageTag] {
    let response = try await session.send(APICall(path: "/v2/{project_id}/images/\(ImageClient.segment(id))/tags"))
    let body = try ImageClient.body(of: response, "tags of image \(Quoted.text(id))")
    return (body["tags"]?.arrayValue ?? []).compactMap { entry in
      entry["key"]?.stringValue.map { ImageTag(key: $0, value: entry["value"]?.stringValue ?? "") }
    }
  }

  /// The batch call of the tag service; it is idempotent, so it may be repeated.
  private func tagAction(_ action: String, _ id: String, _ tags: [JSONValue]) async throws {
    guard !tags.isEmpty else { return }
    _ = try await session.send(
      APICall(
        method: "POST", path: "/v2/{project_id}/images/\(ImageClient.segment(id))/tags/action",
        body: .json(.object(["action": .string(action), "tags": .array(tags)]))))
  }
}
