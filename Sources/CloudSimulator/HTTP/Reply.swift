import HTTPTypes
import Hummingbird

/// An answer before it becomes a response of the server.
struct Reply: Sendable {
  enum Body: Sendable {
    case none
    case bytes([UInt8])
    /// Streamed; the length is known beforehand.
    case stream(ResponseBody)
  }

  var status: Int
  var headers: [(name: String, value: String)] = []
  var body: Body = .none

  /// JSON text.
  static func json(_ bytes: [UInt8], status: Int = 200) -> Reply {
    Reply(status: status, headers: [("Content-Type", "application/json")], body: .bytes(bytes))
  }

  /// An object whose members `members` writes.
  static func json(status: Int = 200, _ members: (inout JSONText) -> Void) -> Reply {
    json(JSONText.object(members), status: status)
  }

  /// XML text with its declaration.
  static func xml(_ bytes: [UInt8], status: Int = 200) -> Reply {
    Reply(status: status, headers: [("Content-Type", "application/xml")], body: .bytes(bytes))
  }

  /// 204 without a body.
  static var noContent: Reply { Reply(status: 204) }

  func with(_ name: String, _ value: String) -> Reply {
    var reply = self
    reply.headers.append((name, value))
    return reply
  }

  /// The server's response; a HEAD request gets the headers only.
  func response() -> Response {
    var fields = HTTPFields()
    for (name, value) in headers {
      if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
    }
    let head = HTTPResponse.Status(code: status)
    switch body {
    case .none:
      if status != 204, status != 304, fields[.contentLength] == nil { fields[.contentLength] = "0" }
      return Response(status: head, headers: fields)
    case .bytes(let bytes):
      return Response(status: head, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    case .stream(let stream):
      return Response(status: head, headers: fields, body: stream)
    }
  }
}
