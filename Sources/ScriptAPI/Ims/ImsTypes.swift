import ImageImport
import LuaHost

/// The words of the cloud that requests and answers are made of, each with what it means.
///
/// Those of requests are open: which are allowed is for the rules to judge, which say more than "expected one of".
enum ImsTypes {
  static let osVersion = LuaType.alias(
    LuaAlias(
      "ims.OSVersion", "An operating system, as the vendor's documents spell it.", type: .string, known: osVersions))

  private static var osVersions: [(String, String)] {
    var seen: Set<String> = []
    return OSVersions.all.filter { !$0.isBare && seen.insert($0.value).inserted }.map { ($0.value, "") }
  }

  static let osType = open(
    "ims.OSType", "A family of operating systems.", [("Linux", "the default"), ("Windows", "")])
  static let architecture = open(
    "ims.Architecture", "A processor architecture.", [("x86", "the default"), ("arm", "")])
  static let firmware = open("ims.Firmware", "How a server boots.", [("bios", "the default"), ("uefi", "")])
  static let imageType = open(
    "ims.ImageType", "What an image is for.",
    [
      ("ECS", "system disk of a virtual server; the default"), ("BMS", "system disk of a bare metal server"),
      ("DataImage", "data disk"),
    ])
  static let license = open(
    "ims.License", "Where the licence of Windows comes from.",
    [("platform", "the cloud's"), ("byol", "your own")])
  static let status = open(
    "ims.ImageStatus", "How an image stands.",
    [
      ("queued", "the record is there, no data yet"), ("saving", "data is being written"), ("active", "usable"),
      ("killed", "an upload failed"), ("deleted", "gone"),
    ])
  static let source = open(
    "ims.ImageSource", "Whose images a query looks at.",
    [
      ("private", "your own; the default"), ("gold", "the cloud's public ones"), ("shared", "shared by others"),
      ("all", "all of them"),
    ])
  static let environment = open(
    "ims.Environment", "Where an image can be used.",
    [
      ("FusionCompute", "virtual servers"), ("Ironic", "bare metal servers"), ("DataImage", "data disks"),
      ("IsoImage", "ISO files"),
    ])
  static let visibility = open(
    "ims.Visibility", "Who sees an image.", [("public", ""), ("private", ""), ("shared", "")])
  static let diskFormat = open(
    "ims.DiskFormat", "The format an image is stored in.",
    [("zvhd2", "the default"), ("zvhd", ""), ("vhd", ""), ("raw", ""), ("qcow2", ""), ("iso", "")])
  static let direction = open("ims.Direction", "An order of sorting.", [("asc", "smallest first"), ("desc", "")])
  static let jobState = open(
    "ims.JobState", "How a job stands, as the cloud writes it.",
    [
      ("INIT", "accepted, not begun"), ("RUNNING", "under way"), ("SUCCESS", "done; the image is there"),
      ("FAIL", "given up; see error_code and fail_reason"),
    ])
  static let check = open(
    "ims.Check", "A check of preflight, by its name.", PreflightCheck.all.map { ($0.name, $0.title) })
  static let severity = LuaType.alias(
    LuaAlias(
      "ims.Severity", "How grave a finding is.",
      words: ["error": "the request is refused", "warning": "the request may be sent"]))

  private static func open(_ name: String, _ summary: String, _ words: [(String, String)]) -> LuaType {
    .alias(LuaAlias(name, summary, type: .string, known: words))
  }

  /// The type of a request's field.
  static func type(_ field: RequestField) -> LuaType {
    switch field {
    case .minDisk: .integer
    case .tags: .list(.string)
    case .imageTags: .union([.map, .list(.map)])
    case .osVersion: osVersion
    case .osType: osType
    case .architecture: architecture
    case .firmwareType: firmware
    case .type: imageType
    case .licenseType: license
    case .name, .description, .imageURL, .enterpriseProjectID: .string
    }
  }
}
