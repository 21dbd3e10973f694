import CloudAccess
import Foundation
import ImageImport

/// The image that an accepted request asks for.
struct ImagePlan: Sendable, Equatable {
  var name: String
  var description: String?
  var isData: Bool
  var minDisk: Int
  var osVersion: String?
  var osType: String
  var platform: String?
  var osBit: String?
  var environment: String
  var firmware: String?
  var isARM: Bool
  var licenseType: String?
  var enterpriseProject: String
  var source: String
  var diskFormat: String
  var tags: [ImageState.Tag]

  /// - Throws: `Refusal.image` for a request that lacks what the rules demand.
  init(_ request: ImportRequest) throws(Refusal) {
    guard let name = request.name else { throw .image("IMG.0013", "name is missing.") }
    guard let source = request.imageURL, ImageLocation(source) != nil else {
      throw .image("IMG.0017", "image_url must have the form bucket:object.")
    }
    guard let minDisk = request.minDisk else { throw .image("IMG.0055", "min_disk must be an integer.") }
    self.name = name
    self.source = source
    self.minDisk = minDisk
    description = request.description
    isData = request.kind == .data
    let version = isData ? nil : request.osVersion
    let listed = version.flatMap { OSVersions.lookup($0).first }
    osVersion = version
    osType = request.osType ?? listed?.osType ?? Self.guessType(version)
    platform = listed?.platform ?? version.flatMap { $0.split(separator: " ").first.map(String.init) }
    osBit = listed?.bits.map(String.init) ?? (version.map { $0.contains("32") && $0.hasSuffix("bit") ? "32" : "64" })
    isARM = request.architecture == "arm" && !isData
    firmware = isARM ? "uefi" : request.firmwareType
    licenseType = request.licenseType
    let project = request.enterpriseProjectID ?? ""
    enterpriseProject = project.isEmpty ? "0" : project
    diskFormat = ImageLocation(source)?.fileExtension == "raw" ? "raw" : "zvhd2"
    environment = isData ? "DataImage" : (request.type == "BMS" ? "Ironic" : "FusionCompute")
    tags = Self.tags(of: request)
  }

  private static func guessType(_ version: String?) -> String {
    version?.hasPrefix("Windows") == true ? "Windows" : "Linux"
  }

  private static func tags(of request: ImportRequest) -> [ImageState.Tag] {
    if let tags = request.tags, !tags.isEmpty {
      return tags.map { text in
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        return ImageState.Tag(key: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
      }
    }
    return (request.imageTags ?? []).map { tag in
      ImageState.Tag(
        key: tag.key.trimmingCharacters(in: .whitespaces), value: tag.value.trimmingCharacters(in: .whitespaces))
    }
  }

  func image(id: String, sequence: Int64, jobID: String, now: Date) -> ImageState {
    ImageState(
      id: id, sequence: sequence, name: name, description: description, status: .queued, isData: isData,
      minDisk: minDisk,
      osVersion: osVersion, osType: osType, platform: platform, osBit: osBit, environment: environment,
      firmware: firmware,
      isARM: isARM, licenseType: licenseType, enterpriseProject: enterpriseProject, source: source,
      diskFormat: diskFormat,
      tags: tags, jobID: jobID, createdAt: now, updatedAt: now)
  }
}
