import CloudAccess
import Foundation

/// An image as lists and details show it; unknown attributes stay in ``raw``.
public struct ImageRecord: Sendable, Hashable {
  public var id: String
  public var name: String

  /// `queued`, `saving`, `active`, `killed`, `deleted`.
  public var status: String

  /// In GiB.
  public var minDisk: Int?

  /// In MiB.
  public var minRAM: Int?
  public var osVersion: String?
  public var osType: String?
  public var platform: String?

  /// `bios` or `uefi`; absent means bios.
  public var firmwareType: String?
  public var description: String?

  /// As listed: `key.value` or `key=value`.
  public var tags: [String]
  public var visibility: String?
  public var imageType: String?
  public var diskFormat: String?

  /// `FusionCompute`, `Ironic`, `DataImage`, …
  public var virtualEnvironment: String?

  /// Where the image came from: `file,bucket:object` for an import.
  public var dataOrigin: String?

  /// Size of the image in bytes; the field `size` of the API is not usable.
  public var imageSize: UInt64?
  public var isProtected: Bool
  public var enterpriseProjectID: String?
  public var createdAt: Date?
  public var updatedAt: Date?

  /// The whole object.
  public var raw: JSONValue

  public init(json: JSONValue) {
    raw = json
    id = json.text("id") ?? ""
    name = json["name"]?.stringValue ?? ""
    status = json.text("status") ?? ""
    minDisk = json.whole("min_disk")
    minRAM = json.whole("min_ram")
    osVersion = json.text("__os_version")
    osType = json.text("__os_type")
    platform = json.text("__platform")
    firmwareType = json.text("hw_firmware_type")
    description = json["__description"]?.stringValue
    tags = (json["tags"]?.arrayValue ?? []).compactMap(\.stringValue)
    visibility = json.text("visibility")
    imageType = json.text("__imagetype")
    diskFormat = json.text("disk_format")
    virtualEnvironment = json.text("virtual_env_type")
    dataOrigin = json.text("__data_origin")
    imageSize = json.text("__image_size").flatMap { UInt64($0) }
    isProtected = json["protected"]?.boolValue ?? (json.text("protected")?.lowercased() == "true")
    enterpriseProjectID = json.text("enterprise_project_id")
    createdAt = json.text("created_at").flatMap(CloudDate.parse)
    updatedAt = json.text("updated_at").flatMap(CloudDate.parse)
  }

  /// The tags as key and value, whichever way they are listed.
  public var imageTags: [ImageTag] {
    tags.map { tag in
      let parts = tag.split(separator: tag.contains("=") ? "=" : ".", maxSplits: 1, omittingEmptySubsequences: false)
      return ImageTag(key: String(parts.first ?? ""), value: parts.count > 1 ? String(parts[1]) : "")
    }
  }

  /// Whether the image can be used.
  public var isActive: Bool { status.lowercased() == "active" }
}
