/// Every field a quick import knows, in the order of the vendor's SDK, which is also the order in which they are sent.
public enum RequestField: String, Sendable, CaseIterable {
  case name
  case description
  case osVersion = "os_version"
  case imageURL = "image_url"
  case minDisk = "min_disk"
  case licenseType = "license_type"
  case tags
  case type
  case enterpriseProjectID = "enterprise_project_id"
  case architecture
  case firmwareType = "hw_firmware_type"
  case osType = "os_type"
  case imageTags = "image_tags"

  /// One sentence for help texts and completion.
  public var summary: String {
    switch self {
    case .name: "Name of the image, 1 to 128 characters."
    case .description: "Free text, up to 1024 characters, without carriage return, < and >."
    case .osVersion: "Operating system of a system disk, spelt as in the list of the API reference."
    case .imageURL: "The file: bucket:object, a .zvhd2 or a .raw with its .mf beside it."
    case .minDisk: "Smallest disk in GiB, 1 to 1024, at least the size of the disk inside the file."
    case .licenseType: "platform or byol; Windows on Huawei Cloud only."
    case .tags: "Tags as a list of key.value; excludes image_tags."
    case .type: "ECS (default) or BMS for a system disk, DataImage for a data disk."
    case .enterpriseProjectID: "Enterprise project: 0 or a UUID."
    case .architecture: "x86 (default) or arm; system disks only."
    case .firmwareType: "Boot mode, bios or uefi; system disks only."
    case .osType: "Linux (default) or Windows; data disks only."
    case .imageTags: "Tags as a list of {key, value}; excludes tags."
    }
  }

  /// The forms whose documentation lists the field.
  public var kinds: [ImageKind] {
    switch self {
    case .osVersion, .architecture, .firmwareType, .licenseType: [.system]
    case .osType: [.data]
    default: [.system, .data]
    }
  }

  /// The names of all fields, in order.
  public static let names: [String] = allCases.map(\.rawValue)
}

extension RequestField {
  /// What other tools and people call a field.
  private static let aliases = [
    "url": "image_url", "file": "image_url", "os": "os_version", "arch": "architecture", "disk": "min_disk",
    "size": "min_disk", "disk_size": "min_disk", "firmware": "hw_firmware_type", "boot_mode": "hw_firmware_type",
    "image_name": "name", "license": "license_type", "eps_id": "enterprise_project_id",
  ]

  /// The known field that was probably meant by an unknown name; nil when none is near.
  public static func nearest(to name: String) -> String? {
    aliases[name.lowercased()] ?? Suggestion.nearest(to: name, in: names).first
  }
}
