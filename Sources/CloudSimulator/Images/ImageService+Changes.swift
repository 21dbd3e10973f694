import CloudAccess
import Foundation

extension ImageService {
  /// `DELETE /v2/images/{id}`: answers at once, and the image goes away a little later.
  func delete(_ exchange: Exchange, id: String) async throws -> Reply {
    _ = try await gateway.admit(exchange)
    let delay = core.configuration.deleteDelay.inSeconds
    try core.withState { (state, now) throws(Refusal) in
      let image = try self.image(id, state, now)
      if image.isProtected { throw .image("IMG.0091", "The image \(id) is protected and cannot be deleted.") }
      switch image.status {
      case .queued, .saving: throw .image("IMG.0090", "The image \(id) is being created and cannot be deleted.")
      case .active, .killed: state.scheduleRemoval(id, at: now.addingTimeInterval(delay))
      }
    }
    return .noContent
  }

  /// `PATCH /v2/cloudimages/{id}` and `/v2/images/{id}`: a list of operations, all of them or none.
  func patch(_ exchange: Exchange, id: String) async throws -> Reply {
    let body = try await gateway.admit(exchange)
    guard let operations = try? JSONValue(parsing: body), let list = operations.arrayValue, !list.isEmpty else {
      throw Refusal.image("IMG.0001", "The request body cannot be parsed: expected an array of operations.")
    }
    let (image, now) = try core.withState { (state, now) throws(Refusal) -> (ImageState, Date) in
      var image = try self.image(id, state, now)
      guard image.status == .active else {
        throw .image("IMG.0046", "The image \(id) is not available: its status is \(image.status.rawValue).")
      }
      for operation in list { try apply(operation, to: &image) }
      image.updatedAt = now
      let changed = image
      state.update(id, now: now) { $0 = changed }
      return (changed, now)
    }
    var text = JSONText(capacity: 1500)
    image.write(to: &text, rendering(now))
    return .json(text.bytes)
  }

  private func apply(_ operation: JSONValue, to image: inout ImageState) throws(Refusal) {
    guard let verb = operation["op"]?.stringValue, ["add", "replace", "remove"].contains(verb),
      let path = operation["path"]?.stringValue, path.hasPrefix("/")
    else { throw .image("IMG.0001", "An operation needs op (add, replace or remove) and a path.") }
    let name = String(path.dropFirst())
    let value: String? =
      switch operation["value"] {
      case .string(let text): text
      case .integer(let number): String(number)
      case .bool(let flag): String(flag)
      default: nil
      }
    guard verb == "remove" || value != nil else { throw .image("IMG.0001", "The operation on \(path) has no value.") }
    try set(name, verb == "remove" ? nil : value, on: &image)
  }

  private func set(_ name: String, _ value: String?, on image: inout ImageState) throws(Refusal) {
    switch name {
    case "name":
      let report = rules.report(for: .init(json: ["name": .string(value ?? "")]))
      if let error = report.findings.first(where: { $0.field == "name" && $0.severity == .error }) {
        throw .image(error.code ?? "IMG.0062", error.message)
      }
      image.name = value ?? image.name
    case "__description": image.description = value
    case "min_ram":
      guard let number = Int(value ?? "0"), number >= 0 else {
        throw .image("IMG.0055", "min_ram must be a number of MB, found '\(value ?? "")'.")
      }
      image.minRAM = number
    case "max_ram": image.maxRAM = value
    case "hw_firmware_type":
      guard value == nil || value == "bios" || value == "uefi" else {
        throw .image("IMG.0141", "hw_firmware_type must be bios or uefi, found '\(value ?? "")'.")
      }
      image.firmware = value
    case "enterprise_project_id": image.enterpriseProject = value ?? "0"
    case "protected": image.isProtected = value == "true"
    case "id", "status", "min_disk", "owner", "size", "created_at", "updated_at", "disk_format", "container_format",
      "tags",
      "visibility", "self", "schema", "file", "checksum", "virtual_size":
      throw .image("IMG.0105", "The attribute \(name) cannot be changed.")
    default:
      guard
        name.hasPrefix("__support_") || name == "__is_config_init" || name == "hw_vif_multiqueue_enabled"
          || (!name.hasPrefix("__") && !name.contains { $0.isUppercase })
      else { throw .image("IMG.0105", "The attribute \(name) cannot be changed.") }
      image.extras[name] = value
    }
  }
}
