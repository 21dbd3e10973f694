import CloudAccess
import Foundation
import HTTPTypes

/// What stands before IMS and IAM: who calls, and how large the body may be.
struct Gateway: Sendable {
  private let core: CloudCore

  init(_ core: CloudCore) {
    self.core = core
  }

  private static let token = HTTPField.Name("X-Auth-Token")
  private static let project = HTTPField.Name("X-Project-Id")
  private static let securityToken = HTTPField.Name("X-Security-Token")

  /// Reads the body and lets only callers with the rights of the project pass.
  ///
  /// - Returns: the body.
  /// - Throws: `Refusal.gateway` with 401, 403 or 413.
  func admit(_ exchange: Exchange) async throws -> [UInt8] {
    let body = try await body(of: exchange)
    try authenticate(exchange, body: body, needsProject: true)
    return body
  }

  /// Reads the body.
  ///
  /// - Throws: `Refusal.gateway` with 413 when it is too large, and 400 when its chunks are malformed or it breaks off.
  func body(of exchange: Exchange) async throws -> [UInt8] {
    let limit = core.configuration.bodyLimit
    let body: [UInt8]?
    do {
      body = try await exchange.body(limit: limit)
    } catch {
      throw Refusal.gateway(status: 400, code: "APIGW.0201", message: "The request body cannot be read: \(error)")
    }
    guard let body else { throw Refusal.tooLarge(limit) }
    return body
  }

  /// Checks token or signature; the token wins when both are sent.
  func authenticate(_ exchange: Exchange, body: [UInt8], needsProject: Bool) throws(Refusal) {
    if let name = Self.token, let token = exchange.header(name) {
      guard let entry = core.token(token, now: exchange.received) else {
        throw .unauthenticated("the token is unknown or has expired, get a new one")
      }
      guard entry.hasProject || !needsProject else {
        throw .gateway(
          status: 403, code: "APIGW.0302", message: "The token has no project scope, the image service needs one")
      }
      return
    }
    guard let authorization = exchange.header(.authorization) else {
      throw .unauthenticated("neither X-Auth-Token nor Authorization was sent")
    }
    try GatewayVerifier(credentials: core.credentials, configuration: core.configuration)
      .verify(exchange, authorization: authorization, body: body)
    if let name = Self.securityToken, exchange.header(name) != nil {
      throw .unauthenticated("the security token is unknown: this cloud has no temporary keys")
    }
    if let name = Self.project, let project = exchange.header(name), project != core.credentials.project_id {
      throw .unauthenticated("X-Project-Id \(project) is not a project of the access key")
    }
  }
}
