import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// Routes every request of the one endpoint by its first path segment, and gives every answer its request id.
struct CloudResponder: HTTPResponder {
  typealias Context = CloudContext

  private let core: CloudCore
  private let identity: IdentityService
  private let images: ImageService
  private let objects: ObjectService
  private let control: ControlService

  init(_ core: CloudCore) {
    self.core = core
    let gateway = Gateway(core)
    identity = IdentityService(core: core, gateway: gateway)
    images = ImageService(core: core, gateway: gateway)
    objects = ObjectService(core: core)
    control = ControlService(core: core)
  }

  private static let requestID = HTTPField.Name("X-Request-Id")

  func respond(to request: Request, context: CloudContext) async throws -> Response {
    let exchange = exchange(of: request)
    var response: Response
    if exchange.segments.first == ControlService.prefix, core.configuration.offersControl {
      response = await control.respond(exchange, caller: context.caller).response()
    } else {
      response = try await FaultyAnswer(core: core, exchange: exchange).response { await reply(to: exchange) }
    }
    if let name = Self.requestID { response.headers[name] = exchange.requestID }
    return response
  }

  /// The request as the services see it, with the faults that strike it.
  private func exchange(of request: Request) -> Exchange {
    let target = Exchange.Target(request)
    let requestID = RandomText.hex(32)
    var received = core.time.now
    guard target.segments.first != ControlService.prefix else {
      return Exchange(request, requestID: requestID, received: received)
    }
    let method = request.head.method.rawValue
    let call = FaultCall(
      method: method, segments: target.segments, query: target.query,
      isCopy: ObjectCall.copySource(in: request.headers) != nil)
    let faults = core.faults(for: FaultFacts(call: call, method: method, path: target.path)) {
      call == .job ? target.segments.last.flatMap(core.imageName(ofJob:)) : nil
    }
    var isDated = core.hasOwnTime
    for case .clockSkew(let seconds) in faults {
      received += seconds
      isDated = true
    }
    var request = request
    for case .slowRequest(let bytesPerSecond) in faults {
      let core = core
      request.body = RequestBody(
        asyncSequence: request.body.map { buffer in
          try await core.pause(.seconds(Double(buffer.readableBytes) / Double(bytesPerSecond)))
          return buffer
        })
    }
    return Exchange(request, requestID: requestID, received: received, isDated: isDated, call: call, faults: faults)
  }

  private func reply(to exchange: Exchange) async -> Reply {
    do {
      return try await route(exchange)
    } catch let refusal as Refusal {
      return refusal.reply(requestID: exchange.requestID)
    } catch {
      core.logger.error(
        "a request failed inside the local cloud",
        metadata: ["method": "\(exchange.method)", "path": "\(exchange.path)", "error": "\(error)"])
      return Refusal.gateway(status: 500, code: "APIGW.0201", message: "Backend error: \(error)")
        .reply(requestID: exchange.requestID)
    }
  }

  private func route(_ exchange: Exchange) async throws -> Reply {
    switch exchange.segments.first {
    case "v3", "v3.0": return try await identity.respond(exchange)
    case "v1", "v2", "v2.1": return try await images.respond(exchange)
    case nil where exchange.method == "GET" && !objects.isSigned(exchange): return versions(exchange)
    default: return await objects.respond(exchange)
    }
  }

  /// What stands at the root for those who look around without credentials: OpenStack clients find the versions of a
  /// service at its endpoint, and here all services have the same.
  private func versions(_ exchange: Exchange) -> Reply {
    .json(status: 300) { text in
      text.object("versions") { text in
        text.array("values") { text in
          text.object { identity.writeVersion(to: &$0, exchange) }
          text.object { text in
            text.member("id", "v2.0")
            text.member("status", "CURRENT")
            text.array("links") { text in
              text.object { text in
                text.member("rel", "self")
                text.member("href", exchange.endpoint + "/v2/")
              }
            }
          }
        }
      }
    }
  }
}
