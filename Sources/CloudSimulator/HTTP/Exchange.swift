import CloudAccess
import Foundation
import HTTPTypes
import Hummingbird

/// One request as the services see it: the path in decoded segments, the query in pairs, the body still on the wire.
struct Exchange: Sendable {
  let method: String
  /// Path as it stood on the wire, without the query.
  let path: String
  /// Query as it stood on the wire, without the question mark.
  let rawQuery: String
  /// Decoded pieces of the path between slashes; a slash at the end adds none.
  let segments: [String]
  /// Decoded pairs of the query in their order; a name without `=` has an empty value.
  let query: [(name: String, value: String)]
  let request: Request
  /// Unique within this cloud; every answer carries it.
  let requestID: String
  /// Moment of arrival by the clock that tokens and signatures are held against.
  let received: Date
  /// Whether `received` is by another clock than the real one, so that the answer needs its date from there.
  let isDated: Bool
  /// What kind of call it is.
  let call: FaultCall
  /// What goes wrong with this call.
  let faults: [FaultEffect]

  init(
    _ request: Request, requestID: String, received: Date, isDated: Bool = false, call: FaultCall = .other,
    faults: [FaultEffect] = []
  ) {
    self.request = request
    self.requestID = requestID
    self.received = received
    self.isDated = isDated
    self.call = call
    self.faults = faults
    method = request.head.method.rawValue
    let target = Target(request)
    path = target.path
    rawQuery = target.query
    query =
      rawQuery.isEmpty ? [] : PercentEncoding.queryPairs(rawQuery, plusIsSpace: true).map { (name: $0.0, value: $0.1) }
    segments = target.segments
  }

  /// The target of a request, taken apart.
  struct Target {
    let path: String
    let query: String
    let segments: [String]

    init(_ request: Request) {
      let target = request.head.path ?? "/"
      if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
        path = String(target[..<mark])
        query = String(target[target.utf8.index(after: mark)...])
      } else {
        path = target
        query = ""
      }
      segments = path.utf8.split(separator: UInt8(ascii: "/")).map { piece in
        piece.contains(UInt8(ascii: "%")) ? PercentEncoding.decode(Substring(piece)) : String(Substring(piece))
      }
    }
  }

  /// Host and port the client reached this cloud at.
  var host: String { request.head.authority ?? "localhost" }

  /// Address of this cloud as the client sees it.
  var endpoint: String { "http://\(host)" }

  /// Value of the first query item of that name.
  func query(_ name: String) -> String? {
    query.first { $0.name == name }?.value
  }

  func hasQuery(_ name: String) -> Bool {
    query.contains { $0.name == name }
  }

  /// Value of a header, names compared without case.
  func header(_ name: HTTPField.Name) -> String? {
    request.headers[name]
  }

  /// Values of all headers with their names as sent, `Host` among them.
  var headers: [(name: String, value: String)] {
    var fields = request.headers.map { (name: $0.name.rawName, value: $0.value) }
    if let authority = request.head.authority { fields.append((name: "Host", value: authority)) }
    return fields
  }

  /// Reads the whole body.
  ///
  /// - Returns: nil when it is larger than `limit` bytes; the rest is then left unread.
  func body(limit: Int) async throws -> [UInt8]? {
    if let length = header(.contentLength).flatMap({ Int($0) }), length > limit { return nil }
    var bytes: [UInt8] = []
    for try await buffer in request.body {
      if bytes.count + buffer.readableBytes > limit { return nil }
      bytes.append(contentsOf: buffer.readableBytesView)
    }
    return bytes
  }
}
