import Foundation
import ImageImport
import LuaHost

/// An image of the cloud as a script holds it: `ims.Record`.
final class ImageRecordObject: Sendable {
  let record: ImageRecord
  let ims: ImsModule

  init(_ record: ImageRecord, _ ims: ImsModule) {
    self.record = record
    self.ims = ims
  }

  static let type = ObjectType(
    "ims.Record", "An image in the cloud, as it was when it was asked for.", fields: fields, methods: methods,
    description: { object in
      guard let record = (object as? ImageRecordObject)?.record else { return "ims.Record" }
      return "ims.Record(\(record.name), \(record.id), \(record.status))"
    })

  private static func field(
    _ name: String, _ type: LuaType, _ docs: String, optional: Bool = true,
    _ get: @escaping @Sendable (ImageRecord) -> LuaValue
  ) -> ObjectField {
    ObjectField(name, type, docs, optional: optional) { object in
      (object as? ImageRecordObject).map { get($0.record) } ?? .nil
    }
  }

  private static var fields: [ObjectField] {
    [
      field("id", .string, "the image's UUID", optional: false) { text($0.id) },
      field("name", .string, "its name", optional: false) { text($0.name) },
      field("status", ImsTypes.status, "how it stands", optional: false) { text($0.status) },
      field("min_disk", .integer, "GB") { $0.minDisk.map { .integer(Int64($0)) } ?? .nil },
      field("min_ram", .integer, "MB") { $0.minRAM.map { .integer(Int64($0)) } ?? .nil },
      field("os_version", .string, "__os_version") { text($0.osVersion) },
      field("os_type", ImsTypes.osType, "__os_type") { text($0.osType) },
      field("platform", .string, "__platform") { text($0.platform) },
      field("hw_firmware_type", ImsTypes.firmware, "how it boots") { text($0.firmwareType) },
      field("description", .string, "__description") { text($0.description) },
      field("disk_format", ImsTypes.diskFormat, "such as zvhd2") { text($0.diskFormat) },
      field("data_origin", .string, "__data_origin: where the image came from") { text($0.dataOrigin) },
      field("protected", .boolean, "whether it refuses deletion", optional: false) { .boolean($0.isProtected) },
      field("tags", .list(.string), "key.value or key=value", optional: false) {
        .table(LuaTable(array: $0.tags.map { text($0) }))
      },
      field("created_at", .string, "UTC, ISO 8601") { text($0.createdAt?.formatted(.iso8601)) },
      field("updated_at", .string, "UTC, ISO 8601") { text($0.updatedAt?.formatted(.iso8601)) },
      field("raw", .map, "every attribute the service sent", optional: false) { LuaJSON.value($0.raw) },
    ]
  }

  private static var methods: [HostFunction] {
    [
      .waiting("record:delete", "Deletes the image; it goes away a little later.", since: "0.1") { arguments in
        guard let image = arguments.receiver as? ImageRecordObject else { return [] }
        try await image.ims.attempt(.delete) { try await $0.client.delete(image.record.id) }
        return []
      }.documented(
        raises: [RaisedError("not_found", "it is gone already"), RaisedError("conflict", "it is protected or in use")]
          + ImsRecords.cloudErrors,
        example: """
          local ims = require "ims"

          local result = ims.import(ims.data_image { name = "brief01", image_url = "ims-image:data01.zvhd2", min_disk = 20 })
          local record = ims.image(result.image_id)
          record:delete()
          record:wait_gone { timeout = "10m" }
          """),
      .waiting(
        "record:wait_gone", "Waits until a deleted image is no longer listed.",
        parameters: [HostParameter("options", ImsRecords.goneOptions, "how long", optional: true)],
        since: "0.1"
      ) { arguments in
        guard let image = arguments.receiver as? ImageRecordObject else { return [] }
        let options = WaitOptions(arguments[0])
        try await image.ims.attempt(.read) {
          try await $0.client.waitGone(image.record.id, timeout: options.timeout ?? .seconds(600))
        }
        return []
      }.documented(
        raises: [RaisedError("timeout", "it is still there")] + ImsRecords.cloudErrors,
        example: """
          local ims = require "ims"

          local result = ims.import(ims.data_image { name = "brief02", image_url = "ims-image:data01.zvhd2", min_disk = 20 })
          local record = ims.image(result.image_id)
          local ok, err = pcall(record.wait_gone, record, { timeout = "1s" })
          print(ok, err.kind)  --> false  timeout
          record:delete()
          record:wait_gone()
          """),
      .waiting(
        "record:set_tags", "Adds or replaces tags.",
        parameters: [HostParameter("tags", .map, "values by key")], since: "0.1"
      ) { arguments in
        guard let image = arguments.receiver as? ImageRecordObject else { return [] }
        let tags = try ImageObject.fields(arguments[0]).sorted { $0.key < $1.key }.map { key, value in
          guard case .string(let text) = value else {
            throw ScriptFailure(
              "bad argument #1 'tags' to 'record:set_tags': the value of '\(key)' must be a string, got \(value.serialized().prefix(60))",
              hint: "convert it with tostring()")
          }
          return ImageTag(key: key, value: text)
        }
        try await image.ims.attempt(.submit) { try await $0.client.setTags(image.record.id, tags) }
        return []
      }.documented(
        raises: [RaisedError("argument", "a value is no string")] + ImsRecords.cloudErrors,
        example: """
          local ims = require "ims"

          local result = ims.import(ims.data_image { name = "tagged01", image_url = "ims-image:data01.zvhd2", min_disk = 20 })
          local record = ims.image(result.image_id)
          record:set_tags { stage = "prod" }
          for _, tag in ipairs(record:refresh().tags) do
            if tag:find("stage", 1, true) == 1 then print(tag) end  --> stage.prod
          end
          """),
      .waiting(
        "record:refresh", "The image as it is now.",
        returns: [HostParameter("record", .object("ims.Record"), "a new record")], since: "0.1"
      ) { arguments in
        guard let image = arguments.receiver as? ImageRecordObject else { return [] }
        return [image.ims.record(try await image.ims.attempt(.read) { try await $0.client.image(image.record.id) })]
      }.documented(
        raises: [RaisedError("not_found", "it is gone")] + ImsRecords.cloudErrors, mustUse: true,
        example: """
          local ims = require "ims"

          for record in ims.images { name = "tagged01" } do print(record:refresh().id == record.id) end  --> true
          """),
    ]
  }
}
