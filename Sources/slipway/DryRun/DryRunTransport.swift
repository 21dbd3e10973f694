import CloudAccess
import Foundation
import ImageImport
import ScriptAPI

/// Lets the questions of a session through to the cloud and keeps everything else from it.
///
/// What would change something is taken down and answered here; what it does not know it refuses. So nothing can be changed whatever the
/// code above does.
struct DryRunTransport: HTTPTransport {
  let below: any HTTPTransport
  let book: DryRunBook
  let reads: DryRunReads
  /// Whether buckets stand in the path.
  let isPathStyle: Bool
  /// The clock of the run.
  let now: @Sendable () -> Date

  func send(_ request: HTTPRequest, timeouts: HTTPTimeouts, bodyLimit: Int) async throws -> HTTPResponse {
    if Task.isCancelled {
      throw CloudError(kind: .cancelled, message: "The request was cancelled.", delivery: .notSent)
    }
    let call = Call(request, isPathStyle: isPathStyle)
    if let object = call.object { return try await send(request, object, timeouts, bodyLimit) }
    func ask(isFresh: Bool = false, isPaced: Bool = true) async throws -> HTTPResponse {
      try await reads.send(
        request, timeouts: timeouts, bodyLimit: bodyLimit, isFresh: isFresh, isPaced: isPaced, through: below)
    }
    switch call.kind {
    case .token: return try await ask(isFresh: true, isPaced: false)
    case .submission: return book.submit(request.body ?? [], now: now())
    case .job(let id):
      if let answer = book.answer(job: id, now: now()) { return answer }
      let response = try await ask(isFresh: true)
      if response.status == 200, let json = try? JSONValue(parsing: response.body) {
        book.adopt(job: id, answer: json, now: now())
      }
      return response
    case .image(let id):
      if let answer = book.answer(image: id) { return answer }
      return book.overlaid(image: try await ask(), id: id)
    case .imageTags(let id):
      if let answer = book.answer(tagsOf: id) { return answer }
      return book.overlaid(tags: try await ask(), id: id)
    case .imageList(let query):
      if let answer = book.answer(list: query) { return answer }
      return book.overlaid(list: try await ask(), query: query)
    case .quota: return book.overlaid(quota: try await ask())
    case .deletion(let id): return book.delete(image: id)
    case .tagChange(let id): return book.changeTags(of: id, request.body ?? [])
    case .read: return try await ask(isPaced: call.isImageService)
    case .unknown: throw Self.refusal(request)
    }
  }

  /// A request to object storage.
  private func send(
    _ request: HTTPRequest, _ place: Call.Object, _ timeouts: HTTPTimeouts, _ bodyLimit: Int
  ) async throws -> HTTPResponse {
    switch request.method {
    case "GET", "HEAD":
      let location = ImageLocation(bucket: place.bucket, key: place.key)
      if !place.key.isEmpty, place.query.isEmpty,
        let answer = book.answer(object: location, method: request.method, range: request.header("Range"))
      {
        return answer
      }
      let response = try await reads.send(
        request, timeouts: timeouts, bodyLimit: bodyLimit, through: below)
      if request.method == "HEAD", response.status == 200, !place.key.isEmpty,
        let size = response.header("Content-Length").flatMap({ UInt64($0) })
      {
        book.note(size: size, of: location)
      }
      return response
    case "DELETE" where !place.key.isEmpty && place.query.isEmpty:
      return book.delete(object: ImageLocation(bucket: place.bucket, key: place.key))
    default: throw Self.refusal(request)
    }
  }

  static func refusal(_ request: HTTPRequest) -> CloudError {
    let path = URLParts(request.url).path
    return CloudError(
      kind: .validation,
      message: "A dry run cannot stand in for \(request.method) \(path), which may change something; it was not sent.",
      hint: "run it in earnest, or leave this part of the script out with a switch of its own", delivery: .notSent)
  }
}

/// What keeps scripts' own requests from changing anything, should one come so far.
struct DryRunWebTransport: HTTPTransport {
  let below: any HTTPTransport
  let reads: DryRunReads

  func send(_ request: HTTPRequest, timeouts: HTTPTimeouts, bodyLimit: Int) async throws -> HTTPResponse {
    guard ["GET", "HEAD"].contains(request.method) else { throw DryRunTransport.refusal(request) }
    return try await reads.send(request, timeouts: timeouts, bodyLimit: bodyLimit, isFresh: true, through: below)
  }
}
