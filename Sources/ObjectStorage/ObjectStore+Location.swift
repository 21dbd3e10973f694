import CloudAccess

extension ObjectStore {
  /// The region a bucket says it lives in (`GET ?location`); nil when the answer is empty, which means the service's default.
  ///
  /// HEAD tells it as well, but not every service fills that header in.
  public func bucketRegion(_ bucket: String) async throws -> String? {
    var request = ObjectRequest(method: "GET", bucket: bucket)
    request.query.append(("location", nil))
    let response = try await send(request, bodyLimit: 64 << 10)
    // `<Location>eu-de</Location>` or `<LocationConstraint>eu-de</LocationConstraint>`; some answer with one inside the other.
    guard let root = XMLElement(parsing: response.body), root.name.hasPrefix("Location") else { return nil }
    let text = (root.text(of: "LocationConstraint") ?? root.text(of: "Location") ?? root.text).trimmed
    return text.isEmpty ? nil : text
  }
}
