import HTTPTypes
import Hummingbird
import Logging

/// Routes every request of the one endpoint by its first path segment, and gives every answer its request id.
struct CloudResponder: HTTPResponder {
  typealias Context = BasicRequestContext

  private let core: CloudCore
  private let identity: IdentityService
  private let images: ImageService
  private let objects: ObjectService

  init(_ core: CloudCore) {
    self.core = core
    let gateway = Gateway(core)
    identity = IdentityService(core: core, gateway: gateway)
    images = ImageService(core: core, gateway: gateway)
    objects = ObjectService(core: core)
  }

  private static let requestID = HTTPField.Name("X-Request-Id")

  func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
    let exchange = Exchange(request, requestID: RandomText.hex(32))
    var response = await reply(to: exchange).response()
    if let name = Self.requestID { response.headers[name] = exchange.requestID }
    return response
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

  /// What stands at the root for those who look around without credentials.
  private func versions(_ exchange: Exchange) -> Reply {
    .json(status: 300) { text in
      text.object("versions") { text in
        text.array("values") { text in
          text.object { identity.writeVersion(to: &$0, exchange) }
        }
      }
    }
  }
}
