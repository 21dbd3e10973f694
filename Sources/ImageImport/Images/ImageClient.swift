import CloudAccess
import Foundation

/// The calls of the image service, each one request.
public final class ImageClient: Sendable {
  public let session: CloudSession
  public let time: any TimeSource

  /// The longest pause between two looks at whether a deleted image is gone.
  let deletionInterval: Duration

  /// A client over a session; without a clock of its own it takes the session's.
  public init(session: CloudSession, time: (any TimeSource)? = nil, deletionInterval: Duration = .seconds(5)) {
    self.session = session
    self.deletionInterval = deletionInterval
    self.time = time ?? session.time
  }

  /// The budget of the session's requests, where it has one.
  var limiter: RequestLimiter? { session.governor as? RequestLimiter }

  /// Sends an import exactly once and says what is known afterwards.
  ///
  /// The POST is not idempotent and the API has no token to make it so; whoever sends it again without proof that the first one was
  /// not acted on makes a second image.
  ///
  /// With `isPaidFor` the request budget was asked already.
  public func submit(_ request: ImportRequest, isPaidFor: Bool = false) async -> SubmissionOutcome {
    var call = APICall(
      method: "POST", path: "/v2/cloudimages/quickimport/action", body: .bytes(request.encoded()), retry: .once)
    call.isPaidFor = isPaidFor
    do {
      return SubmissionOutcome(try await session.send(call))
    } catch let error as CloudError {
      return SubmissionOutcome(error)
    } catch {
      return .ambiguous(
        CloudError(kind: .service, message: "The submission ended with: \(error)", delivery: .ambiguous))
    }
  }

  /// Asks for a job.
  ///
  /// Whoever has a schedule of its own for failures asks with `retry: .once`, so that a bad answer is seen at once; with `isPaidFor`
  /// the request budget was asked already.
  public func job(
    _ id: String, retry: RetryPolicy = .idempotent, isPaidFor: Bool = false
  ) async throws -> JobStatus {
    var call = APICall(path: "/v1/{project_id}/jobs/\(ImageClient.segment(id))", retry: retry)
    call.isPaidFor = isPaidFor
    let response = try await session.send(call)
    var status = JobStatus(json: try ImageClient.body(of: response, "job \(Quoted.text(id))"))
    if status.id.isEmpty { status.id = id }
    return status
  }

  /// The images that match, page by page.
  public func images(_ query: ImageQuery = ImageQuery()) -> ImageSequence {
    ImageSequence(client: self, query: query)
  }

  /// One page of a list: the images after the marker.
  func page(_ query: ImageQuery, after marker: String?) async throws -> [ImageRecord] {
    var images: [ImageRecord] = []
    try await page(query, after: marker) { images.append(ImageRecord(json: $0)) }
    return images
  }

  private func page(_ query: ImageQuery, after marker: String?, _ hand: (JSONValue) -> Void) async throws {
    let parameters = query.parameters + (marker.map { [("marker", $0)] } ?? [])
    let response = try await session.send(APICall(path: "/v2/cloudimages", query: parameters))
    guard let body = try? JSONValue(parsing: response.body, handing: "images", hand), body.objectValue != nil else {
      _ = try ImageClient.body(of: response, "image list")
      return
    }
    guard body["images"]?.arrayValue != nil else {
      throw CloudError(
        kind: .service, message: "The image list should have a member images, but is \(Quoted.value(body)).",
        status: response.status, requestID: response.requestID, delivery: .answered)
    }
  }

  /// The private images of a status that changed since, as far as they tell whose they are.
  ///
  /// A page that is not full ends the list: the worst that can come of that is that an image is seen by other means.
  func images(_ status: String, since: Date) async throws -> [SeenImage] {
    var query = ImageQuery()
    query.status = status
    query.updatedAt = "gte:\(Timestamp.iso8601(since))"
    query.pageSize = ImageClient.listPage
    var images: [SeenImage] = []
    var marker: String?
    for _ in 0..<ImageClient.mostPages {
      var count = 0
      var last: String?
      // Parsed as a whole, a page takes several times its text in memory.
      try await page(query, after: marker) { json in
        let image = ImageRecord(json: json)
        (count, last) = (count + 1, image.id)
        if !image.id.isEmpty, image.status.isEmpty || image.status.lowercased() == status {
          images.append(SeenImage(image))
        }
      }
      guard count >= ImageClient.listPage, let last, last != marker else { break }
      marker = last
    }
    return images
  }

  private static let listPage = 500
  private static let mostPages = 40

  /// The details of one image.
  public func image(_ id: String) async throws -> ImageRecord {
    let response = try await session.send(APICall(path: "/v2/images/\(ImageClient.segment(id))"))
    return ImageRecord(json: try ImageClient.body(of: response, "image \(Quoted.text(id))"))
  }

  /// How many private images are used and allowed.
  public func quota() async throws -> ImageQuota {
    let response = try await session.send(APICall(path: "/v1/cloudimages/quota"))
    let body = try ImageClient.body(of: response, "quota")
    guard let quota = ImageQuota(json: body) else {
      throw CloudError(
        kind: .service, message: "The quota answer has no entry of type image.", status: response.status,
        requestID: response.requestID, delivery: .answered)
    }
    return quota
  }

  /// The parsed body of an answer that must have one.
  static func body(of response: APIResponse, _ what: String) throws -> JSONValue {
    if let json = response.json, json.objectValue != nil { return json }
    throw CloudError(
      kind: .service,
      message: "The answer for the \(what) should be a JSON object, but is "
        + Quoted.text(String(decoding: response.body.prefix(200), as: UTF8.self)) + ".",
      status: response.status, requestID: response.requestID, retryable: true, delivery: .answered)
  }

  /// A text as one part of a path, percent-encoded; a lone "." or ".." would be taken for a step in the path.
  static func segment(_ text: String) -> String {
    let encoded = PercentEncoding.encode(text)
    return encoded == "." || encoded == ".." ? encoded.replacing(".", with: "%2E") : encoded
  }
}
