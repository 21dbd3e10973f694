import Foundation

/// What an image's JSON needs beyond its record.
struct ImageRendering: Sendable {
  var owner: String
  var tagSeparator: Character
  var tagVisibility: LocalCloudConfiguration.Visibility
  var now: Date
}

extension ImageState {
  /// Writes the image object of the list and detail answers.
  func write(to text: inout JSONText, _ rendering: ImageRendering) {
    text.object { text in
      text.member("id", id)
      text.member("name", name)
      text.member("status", status.rawValue)
      text.member("owner", rendering.owner)
      text.member("visibility", "private")
      text.member("protected", isProtected)
      text.member("container_format", "bare")
      text.member("disk_format", diskFormat)
      text.member("min_disk", minDisk)
      text.member("min_ram", minRAM)
      if let maxRAM { text.member("max_ram", maxRAM) }
      text.member("size", 0)
      text.key("virtual_size")
      text.null()
      text.key("checksum")
      text.null()
      text.array("tags") { text in
        for tag in visibleTags(at: rendering.now, rendering.tagVisibility) {
          text.string(tag.value.isEmpty ? tag.key : "\(tag.key)\(rendering.tagSeparator)\(tag.value)")
        }
      }
      text.member("created_at", CloudDate.iso(createdAt))
      text.member("updated_at", CloudDate.iso(updatedAt))
      if let activeAt { text.member("active_at", CloudDate.iso(activeAt)) }
      text.member("self", "/v2/images/\(id)")
      text.member("file", "/v2/images/\(id)/file")
      text.member("schema", "/v2/schemas/image")
      text.member("enterprise_project_id", enterpriseProject)
      writeAttributes(to: &text)
    }
  }

  /// The `__…` attributes and their kin; all strings.
  private func writeAttributes(to text: inout JSONText) {
    text.member("__imagetype", "private")
    text.member("__isregistered", status == .active ? "true" : "false")
    text.member("__image_source_type", "uds")
    text.member("__data_origin", "file,\(source)")
    text.member("__root_origin", "file")
    text.member("__originalimagename", name)
    if let fileSize { text.member("__image_size", String(fileSize)) }
    text.member("__os_type", osType)
    if let osVersion { text.member("__os_version", osVersion) }
    if let platform { text.member("__platform", platform) }
    if let osBit { text.member("__os_bit", osBit) }
    text.member("__description", description ?? "")
    text.member("virtual_env_type", environment)
    if let firmware { text.member("hw_firmware_type", firmware) }
    if isARM { text.member("__support_arm", "true") }
    if let licenseType { text.member("__license_type", licenseType) }
    text.member("__lazyloading", diskFormat == "zvhd2" ? "true" : "false")
    for (name, value) in extras.sorted(by: { $0.key < $1.key }) { text.member(name, value) }
  }
}
