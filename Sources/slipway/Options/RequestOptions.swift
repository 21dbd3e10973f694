import ArgumentParser
import CloudAccess
import ImageImport

/// The fields of a request as options, in the API's names.
struct RequestOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The image's name.", valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("The file: BUCKET:KEY, obs://BUCKET/KEY or s3://BUCKET/KEY.", valueName: "url"))
  var imageUrl: String?

  @Option(help: ArgumentHelp("The operating system, for a system disk image.", valueName: "version"))
  var osVersion: String?

  @Option(help: ArgumentHelp("Linux or Windows, for a data disk image.", valueName: "type"))
  var osType: String?

  @Option(help: ArgumentHelp("The smallest disk for the image, in GB.", valueName: "gb"))
  var minDisk: Int?

  @Option(help: ArgumentHelp("ECS, BMS, or DataImage for a data disk image.", valueName: "type"))
  var type: String?

  @Option(help: ArgumentHelp("x86 or arm.", valueName: "architecture"))
  var architecture: String?

  @Option(help: ArgumentHelp("bios or uefi.", valueName: "firmware"))
  var hwFirmwareType: String?

  @Option(help: ArgumentHelp("A description.", valueName: "text"))
  var description: String?

  @Option(help: ArgumentHelp("The enterprise project's id.", valueName: "id"))
  var enterpriseProjectId: String?

  @Option(help: ArgumentHelp("platform or byol (Windows, Huawei Cloud).", valueName: "type"))
  var licenseType: String?

  @Option(name: .customLong("tag"), help: ArgumentHelp("A tag; may be given several times.", valueName: "key=value"))
  var tags: [String] = []

  func validate() throws {
    for tag in tags where !tag.contains("=") {
      throw ValidationError("--tag must be KEY=VALUE, got '\(tag)'.")
    }
  }

  /// The request, as the rules will judge it.
  var request: ImportRequest {
    var fields: [String: JSONValue] = [:]
    func set(_ field: RequestField, _ value: String?) {
      if let value { fields[field.rawValue] = .string(value) }
    }
    set(.name, name)
    set(.imageURL, imageUrl)
    set(.osVersion, osVersion)
    set(.osType, osType)
    set(.type, type)
    set(.architecture, architecture)
    set(.firmwareType, hwFirmwareType)
    set(.description, description)
    set(.enterpriseProjectID, enterpriseProjectId)
    set(.licenseType, licenseType)
    if let minDisk { fields[RequestField.minDisk.rawValue] = .integer(Int64(minDisk)) }
    if !tags.isEmpty {
      fields[RequestField.imageTags.rawValue] = .array(
        tags.map { tag in
          let parts = tag.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
          return ImageTag(key: String(parts[0]), value: String(parts[1])).json
        })
    }
    return ImportRequest(json: .object(fields)).normalizingImageURL()
  }
}
