import CloudAccess
import Foundation
import HTTPTypes
import NIOCore

/// `/_control`: the switches of a running cloud, without a signature, for callers on this machine only.
///
/// No bucket can have this name. A request with an `Origin` comes from a web page, which has no business here.
struct ControlService: Sendable {
  static let prefix = "_control"

  let core: CloudCore

  func respond(_ exchange: Exchange, caller: SocketAddress?) async -> Reply {
    guard Self.isLocal(caller), HTTPField.Name("Origin").flatMap(exchange.header) == nil else {
      return Self.error(403, "/_control answers callers on this machine only")
    }
    let path = Array(exchange.segments.dropFirst())
    do {
      let body = try await Self.body(of: exchange)
      switch (exchange.method, path.first ?? "", path.count) {
      case ("GET", "faults", 1): return .json(.array(core.withPlan { plan, _ in plan.entries.map(\.json) }))
      case ("POST", "faults", 1): return try add(FaultFile(json: body), replacing: false)
      case ("PUT", "faults", 1): return try add(FaultFile(json: body), replacing: true)
      case ("DELETE", "faults", 1):
        core.withPlan { plan, _ in plan.removeAll() }
        return .noContent
      case ("DELETE", "faults", 2):
        let isGone = Int(path[1]).map { id in core.withPlan { plan, _ in plan.remove(id) } } ?? false
        return isGone ? .noContent : Self.error(404, "there is no fault \(path[1])")
      case ("GET", "switches", 1): return .json(core.configuration.switchValues)
      case ("PATCH", "switches", 1): return try set(body)
      case ("GET", "clock", 1): return .json(clock)
      case ("POST", "clock", 1): return try advance(body)
      case ("GET", "state", 1): return .json(core.report)
      default:
        return Self.error(404, "there is no \(exchange.method) \(exchange.path); see /_control in the documentation")
      }
    } catch let error as FaultError {
      return Self.error(400, error.description)
    } catch {
      return Self.error(400, "\(error)")
    }
  }

  private func add(_ file: FaultFile, replacing: Bool) throws(FaultError) -> Reply {
    try core.configure { (configuration) throws(FaultError) in
      for (name, value) in file.switches { try configuration.set(name, value) }
    }
    return .json(
      .array(
        core.withPlan { plan, now in
          if replacing { plan = FaultPlan(seed: file.seed ?? plan.seed) }
          let ids = Set(file.faults.map { plan.add($0, at: now) })
          return plan.entries.filter { ids.contains($0.id) }.map(\.json)
        }))
  }

  private func set(_ body: JSONValue) throws(FaultError) -> Reply {
    guard let members = body.objectValue else {
      throw FaultError(place: "body", message: "expected an object of switches, got \(FaultMembers.shown(body))")
    }
    try core.configure { (configuration) throws(FaultError) in
      for (name, value) in members { try configuration.set(name, value) }
    }
    return .json(core.configuration.switchValues)
  }

  private func advance(_ body: JSONValue) throws(FaultError) -> Reply {
    guard let value = body["advance"], let duration = FaultMembers.duration(value) else {
      throw FaultError(place: "body", message: "expected 'advance' with a duration such as 2h or a number of seconds")
    }
    core.advanceClock(by: duration)
    return .json(clock)
  }

  private var clock: JSONValue {
    [
      "cloud": .string(Timestamp.iso8601(core.now, milliseconds: true)),
      "real": .string(Timestamp.iso8601(core.time.now, milliseconds: true)),
      "scale": .number(core.configuration.clockScale),
    ]
  }

  private static func body(of exchange: Exchange) async throws -> JSONValue {
    guard let bytes = try await exchange.body(limit: 1 << 20) else {
      throw FaultError(place: "body", message: "it may have 1 MiB")
    }
    return bytes.isEmpty ? .null : try JSONValue(parsing: bytes)
  }

  private static func error(_ status: Int, _ message: String) -> Reply {
    .json(status: status) { $0.member("error", message) }
  }

  static func isLocal(_ caller: SocketAddress?) -> Bool {
    switch caller {
    case .v4(let address): address.address.sin_addr.s_addr.bigEndian >> 24 == 127
    case .v6: ["::1"].contains(caller?.ipAddress ?? "") || caller?.ipAddress?.hasPrefix("::ffff:127.") == true
    case .unixDomainSocket: true
    case nil: false
    }
  }
}

extension FaultPlan.Entry {
  /// The fault with its number and what it did.
  public var json: JSONValue {
    var members = fault.json.objectValue ?? [:]
    members["id"] = .integer(Int64(id))
    members["seen"] = .integer(Int64(seen))
    members["struck"] = .integer(Int64(struck))
    return .object(members)
  }
}

extension Reply {
  fileprivate static func json(_ value: JSONValue) -> Reply { .json(Array(value.serialized().utf8)) }
}
