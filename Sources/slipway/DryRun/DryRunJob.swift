import CloudAccess
import Foundation
import ImageImport
import ScriptAPI

/// A job that no cloud has, or one of a cloud whose end is made up.
struct DryRunJob: Sendable {
  var id: String
  var imageID: String
  var name: String?
  /// The fields of the import.
  var request: ImportRequest?
  var began: Date
  /// Its place among the others: the number of its call and that in a batch.
  var order: [Int]
  /// The code it fails with; nil for one that succeeds.
  var code: String?
  /// Whether its image counts as made.
  var isMade: Bool { code == nil }

  /// The answer of the job query.
  func answer(now: Date) -> JSONValue {
    var members: [String: JSONValue] = [
      "job_id": .string(id), "job_type": "imsImportImageJob", "begin_time": .string(Timestamp.iso8601(began)),
      "end_time": .string(Timestamp.iso8601(now)), SyntheticMark.member: true,
    ]
    if let code {
      members["status"] = "FAIL"
      members["error_code"] = .string(code)
      members["fail_reason"] = .string("Dry run: \(ErrorCatalogue.entry(code)?.meaning ?? "the import failed")")
      members["entities"] = .object([:])
    } else {
      members["status"] = "SUCCESS"
      var entities: [String: JSONValue] = ["image_id": .string(imageID)]
      entities["image_name"] = name.map(JSONValue.string)
      members["entities"] = .object(entities)
    }
    return .object(members)
  }

  /// The image, as lists and details would show it.
  var image: JSONValue {
    let date = JSONValue.string(Timestamp.iso8601(began))
    var members: [String: JSONValue] = [
      "id": .string(imageID), "name": .string(name ?? ""), "status": "active", "visibility": "private",
      "protected": false, "__imagetype": "private", "disk_format": "zvhd2", "min_ram": 0, "created_at": date,
      "updated_at": date, SyntheticMark.member: true,
    ]
    guard let request else { return .object(members) }
    members["min_disk"] = request[.minDisk]
    members["tags"] = .array(tags(of: request).map(JSONValue.string))
    members["__data_origin"] = request.imageURL.map { .string("file,\($0)") }
    members["__os_version"] = request.osVersion.map { .string($0.trimmingCharacters(in: .whitespaces)) }
    members["__description"] = request[.description]
    members["enterprise_project_id"] = request[.enterpriseProjectID]
    members["hw_firmware_type"] = request["hw_firmware_type"]
    members["virtual_env_type"] = request.kind == .data ? "DataImage" : "FusionCompute"
    members["__os_type"] = request.osVersion?.hasPrefix("Windows") == true ? "Windows" : "Linux"
    return .object(members)
  }

  private func tags(of request: ImportRequest) -> [String] {
    let given = request.imageTags?.map { "\(trimmed($0.key)).\(trimmed($0.value))" }
    return given ?? request.tags ?? []
  }

  private func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespaces) }
}
