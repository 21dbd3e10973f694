import CloudAccess
import Foundation
import HTTPTypes
import Hummingbird

/// Lets the faults that strike a call happen around its answer.
struct FaultyAnswer: Sendable {
  let core: CloudCore
  let exchange: Exchange

  /// The response to a call; `answer` acts on it, which some faults prevent.
  func response(_ answer: () async -> Reply) async throws -> Response {
    if exchange.faults.isEmpty { return await dated(answer()).response() }
    for case .slowHeaders(let delay) in exchange.faults { try await core.pause(delay) }
    if exchange.faults.contains(.replyLostBefore) { return cut(after: 0) }
    for case .requestCut(let bytes) in exchange.faults {
      try await takeRequest(until: bytes ?? 1)
      return cut(after: 0)
    }
    var reply: Reply
    if let refusal = exchange.faults.lazy.compactMap(refusal).first {
      if refusal.isExecuted { _ = await answer() }
      reply = refusal.reply
    } else {
      reply = await answer()
    }
    if exchange.faults.contains(.replyLostAfter) { return cut(after: 0) }
    for case .field(let path, let value) in exchange.faults { reply = Self.edited(reply, path, value) }
    for case .header(let name, let value) in exchange.faults {
      reply.headers.removeAll { $0.name.lowercased() == name.lowercased() }
      if let value { reply.headers.append((name, value)) }
    }
    // Errors to HEAD have no body, those of faults neither.
    if exchange.method == "HEAD", case .bytes = reply.body { reply.body = .none }
    var response = dated(reply).response()
    // Without a body there is nothing to slow down, and a new one would bring a wrong length.
    if exchange.method != "HEAD", response.body.contentLength != 0 {
      for case .slowBody(let bytesPerSecond) in exchange.faults {
        response.body = slowed(response.body, bytesPerSecond)
      }
    }
    for case .replyCut(let bytes) in exchange.faults {
      let length = response.body.contentLength ?? 2
      var orders = self.orders
      orders.cut = max(1, min(bytes ?? length / 2, length - 1))
      give(orders, to: &response)
      break
    }
    return response
  }

  // MARK: Connections

  /// Reads the beginning of a body that is not acted on.
  private func takeRequest(until limit: Int) async throws {
    var count = 0
    guard limit > 0 else { return }
    for try await buffer in exchange.request.body {
      count += buffer.readableBytes
      if exchange.call.isStorage { core.countReceived(buffer.readableBytes, by: exchange.call) }
      if count >= limit { return }
    }
  }

  private func cut(after bytes: Int) -> Response {
    var response = Response(status: .badGateway)
    give(WireHandler.Orders(cut: bytes), to: &response)
    return response
  }

  private func give(_ orders: WireHandler.Orders, to response: inout Response) {
    if let name = WireHandler.Orders.header { response.headers[name] = orders.text }
  }

  /// The server dates its answers by the real clock; where the cloud's is another one, they need another date.
  private var orders: WireHandler.Orders {
    WireHandler.Orders(date: exchange.isDated ? Timestamp.http(exchange.received) : nil)
  }

  private func dated(_ reply: Reply) -> Reply {
    let orders = orders
    return orders.isEmpty ? reply : reply.with(WireHandler.Orders.header?.rawName ?? "", orders.text)
  }

  private func slowed(_ body: ResponseBody, _ bytesPerSecond: Int) -> ResponseBody {
    let core = core
    let piece = max(1, bytesPerSecond / 10)
    return ResponseBody(contentLength: body.contentLength) { writer in
      let slow = SlowBodyWriter(next: writer, piece: piece) { count in
        try await core.pause(.seconds(Double(count) / Double(bytesPerSecond)))
      }
      try await body.write(slow)
    }
  }

  // MARK: Refusals

  private func refusal(_ effect: FaultEffect) -> (reply: Reply, isExecuted: Bool)? {
    switch effect {
    case .throttled(let pause): return (throttled(pause), false)
    case .status(let status, let body, let isExecuted): return (reply(status, body), isExecuted)
    case .tokenRefused:
      core.revokeTokens()
      return (
        Refusal.unauthenticated("the token has expired, get a new one").reply(requestID: exchange.requestID), false
      )
    case .refused(let code, let reason) where StorageCode.statuses[code] != nil:
      return (StorageCode.reply(code, reason, requestID: exchange.requestID), false)
    case .refused(let code, let reason): return (Refusal.catalogued(code, reason).reply(requestID: ""), false)
    default: return nil
    }
  }

  private func throttled(_ pause: FaultEffect.Pause) -> Reply {
    let message = "The throttling threshold has been reached: policy user over ratelimit,limit:1,time:1 second"
    let reply =
      exchange.call.isStorage
      ? StorageCode.refusal("TooManyRequests", message).reply(requestID: exchange.requestID)
      : Refusal.gateway(status: 429, code: "APIGW.0308", message: message).reply(requestID: exchange.requestID)
    switch pause {
    case .unsaid: return reply
    case .seconds(let seconds): return reply.with("Retry-After", String(seconds))
    case .date(let seconds):
      return reply.with("Retry-After", Timestamp.http(exchange.received.addingTimeInterval(Double(seconds))))
    }
  }

  private func reply(_ status: Int, _ body: FaultEffect.Body) -> Reply {
    let title = Self.titles[status] ?? "Error"
    switch body {
    case .empty: return Reply(status: status)
    case .json:
      return Refusal.gateway(status: status, code: "APIGW.0201", message: title).reply(requestID: exchange.requestID)
    case .xml:
      let refusal = StorageCode.refusal(StorageCode.code(ofStatus: status), status: status, title)
      return refusal.reply(requestID: exchange.requestID)
    case .html:
      let page = """
        <html>\r
        <head><title>\(status) \(title)</title></head>\r
        <body>\r
        <center><h1>\(status) \(title)</h1></center>\r
        <hr><center>api-gateway</center>\r
        </body>\r
        </html>\r

        """
      return Reply(status: status, headers: [("Content-Type", "text/html")], body: .bytes(Array(page.utf8)))
    }
  }

  private static let titles = [
    400: "Bad Request", 408: "Request Timeout", 500: "Internal Server Error", 502: "Bad Gateway",
    503: "Service Temporarily Unavailable", 504: "Gateway Time-out",
  ]

  // MARK: Fields

  private static func edited(_ reply: Reply, _ path: String, _ value: JSONValue?) -> Reply {
    guard (200..<300).contains(reply.status), case .bytes(let bytes) = reply.body,
      let json = try? JSONValue(parsing: bytes)
    else { return reply }
    var reply = reply
    let steps = path.split(separator: ".").map(String.init)
    reply.body = .bytes(Array(json.replacing(steps[...], by: value).serialized().utf8))
    return reply
  }
}

extension JSONValue {
  /// This value with what stands at a path replaced, or taken away; `*` stands for every element of an array.
  fileprivate func replacing(_ path: ArraySlice<String>, by value: JSONValue?) -> JSONValue {
    guard let step = path.first else { return value ?? .null }
    let rest = path.dropFirst()
    switch self {
    case .object(var members):
      if rest.isEmpty {
        members[step] = value
      } else if let member = members[step] {
        members[step] = member.replacing(rest, by: value)
      }
      return .object(members)
    case .array(let elements):
      return .array(
        elements.enumerated().map { index, element in
          step == "*" || step == String(index) ? element.replacing(rest, by: value) : element
        })
    default: return self
    }
  }
}
