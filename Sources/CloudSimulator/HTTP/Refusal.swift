import ImageImport

/// An answer that refuses, in the shape of the part of the cloud that gives it.
enum Refusal: Error, Sendable {
  /// The image service: an IMG code.
  case service(status: Int, code: String, message: String)
  /// The gateway before the services: an APIGW code.
  case gateway(status: Int, code: String, message: String)
  /// IAM: the status is the code.
  case identity(status: Int, message: String)
  /// Object storage; extra elements name the thing.
  case storage(StorageRefusal)

  /// The answer; error bodies of the gateway name the request.
  func reply(requestID: String) -> Reply {
    switch self {
    case .service(let status, let code, let message):
      return .json(status: status) { text in
        text.object("error") { text in
          text.member("message", message)
          text.member("code", code)
        }
      }
    case .gateway(let status, let code, let message):
      return .json(status: status) { text in
        text.member("error_msg", message)
        text.member("error_code", code)
        text.member("request_id", requestID)
      }
    case .identity(let status, let message):
      return .json(status: status) { text in
        text.object("error") { text in
          text.member("code", status)
          text.member("message", message)
          text.member("title", Self.title(status))
        }
      }
    case .storage(let refusal):
      return refusal.reply(requestID: requestID)
    }
  }

  private static func title(_ status: Int) -> String {
    switch status {
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 413: "Request Entity Too Large"
    default: "Error"
    }
  }

  /// 400 with an IMG code.
  static func image(_ code: String, _ message: String) -> Refusal {
    .service(status: 400, code: code, message: message)
  }

  /// One of the documented refusals of the image service with its status; without a reason its documented meaning.
  static func catalogued(_ code: String, _ reason: String?) -> Refusal {
    let entry = ErrorCatalogue.entry(code)
    return .service(status: entry?.status ?? 400, code: code, message: reason ?? entry?.meaning ?? "")
  }

  /// 404 of the gateway for a path or method that does not exist.
  static let unknownAPI = Refusal.gateway(
    status: 404, code: "APIGW.0101", message: "The API does not exist or has not been published in the environment")

  /// 401 of the gateway.
  static func unauthenticated(_ reason: String) -> Refusal {
    .gateway(status: 401, code: "APIGW.0301", message: "Incorrect IAM authentication information: \(reason)")
  }

  /// 413 of the gateway.
  static func tooLarge(_ limit: Int) -> Refusal {
    .gateway(status: 413, code: "APIGW.0201", message: "Request entity too large: the body may have \(limit) bytes")
  }
}
