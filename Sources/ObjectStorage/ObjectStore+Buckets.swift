import CloudAccess

extension ObjectStore {
  /// The names of the buckets that the access key's owner has, in the order the store gives; it tells all at once.
  public func buckets() async throws -> [String] {
    let response = try await send(ObjectRequest(method: "GET"), bodyLimit: 16 << 20)
    guard let root = XMLElement(parsing: response.body), root.name == "ListAllMyBucketsResult" else {
      let error = CloudError(
        kind: .service, message: "The list of the buckets cannot be read.", status: response.status,
        requestID: CloudError.requestID(in: response), hint: "the endpoint may not be object storage",
        delivery: .answered)
      throw ObjectStorageError(cloudError: error, bucket: "")
    }
    return root.all("Buckets").flatMap { $0.all("Bucket") }.compactMap { $0.text(of: "Name")?.trimmed }
  }
}
