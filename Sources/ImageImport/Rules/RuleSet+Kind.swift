import CloudAccess

/// Rules 29 to 41: what kind of image it is.
extension RuleSet {
  static let kindRules =
    [
      typeValue, osVersionPresent, osVersionListed, osVersionForData, osTypeValue, osTypeForSystem, windowsOnHuawei,
      architectureValue, architectureForData, firmwareValue, firmwareWithARM, firmwareWithOS, armWithOS,
    ] + foreignFieldRules

  private static let typeValue = ValidationRule(
    29, "type-value", field: "type", "ECS (default) or BMS for a system disk, DataImage for a data disk; exact case",
    code: "IMG.0024", hint: "Use ECS, BMS or DataImage."
  ) { probe in
    probe.checkValue(probe.request.type, of: "type", in: ["ECS", "BMS", ImportRequest.dataType])
  }

  private static let osVersionPresent = ValidationRule(
    30, "os-version-present", field: "os_version", "mandatory for a system disk", code: "IMG.0159",
    hint: "Give os_version, or set type to DataImage for a data disk."
  ) { probe in
    guard probe.request.malformed == nil, probe.request.kind == .system else { return }
    if probe.request[.osVersion] == nil { probe.report("os_version is missing; a system disk needs it.") }
    if probe.request.osVersion == "" { probe.report("os_version is empty; a system disk needs it.") }
  }

  private static let osVersionListed = ValidationRule(
    31, "os-version-listed", field: "os_version", "one of the listed values; the lists are older than the clouds",
    .warning, code: "IMG.0056", hint: "Check the spelling against the list of the API reference.",
    differs: "each cloud has its own list"
  ) { probe in
    guard probe.request.kind == .system, let version = probe.request.osVersion, !version.isEmpty else { return }
    let entries = OSVersions.lookup(version)
    if entries.contains(where: { !$0.isBare && $0.isListed(for: probe.dialect) }) { return }
    if !entries.isEmpty, entries.allSatisfy(\.isBare) {
      let platforms = entries.map(\.platform).joined(separator: " or ")
      probe.report(
        "os_version \(Quoted.text(version)) is the bare version of \(platforms); the full text the service takes is not "
          + "documented.", hint: "Ask the cloud for its list of systems, or use the nearest listed one.")
      return
    }
    let near = OSVersions.suggestions(for: version, dialect: probe.dialect)
    let hint =
      near.isEmpty ? nil : "Did you mean \(near.map { Quoted.text($0) }.joined(separator: ", or "))?"
    probe.report(
      "os_version \(Quoted.text(version)) is not in the documented list; the service may refuse it.", hint: hint)
  }

  private static let osVersionForData = ValidationRule(
    32, "os-version-for-data", field: "os_version", "not given for a data disk", .warning,
    hint: "Leave os_version out, or give os_type."
  ) { probe in
    guard probe.request.kind == .data, let version = probe.request[.osVersion] else { return }
    probe.report("os_version is no field of a data disk, but is \(Quoted.value(version)).")
  }

  private static let osTypeValue = ValidationRule(
    33, "os-type-value", field: "os_type", "data disk: Linux (default) or Windows, exact case", code: "IMG.0122",
    hint: "Use Linux or Windows."
  ) { probe in
    guard probe.request.kind == .data else { return }
    probe.checkValue(probe.request.osType, of: "os_type", in: ["Linux", "Windows"])
  }

  private static let osTypeForSystem = ValidationRule(
    34, "os-type-for-system", field: "os_type", "not a field of a system disk; does not contradict os_version",
    .warning, hint: "Leave os_type out; os_version says it."
  ) { probe in
    guard probe.request.kind == .system, let value = probe.request[.osType] else { return }
    probe.report("os_type is no field of a system disk, but is \(Quoted.value(value)).")
    guard let type = probe.request.osType, let version = probe.request.osVersion, !version.isEmpty else { return }
    if RuleSet.isWindows(version) != RuleSet.isWindows(type) {
      probe.report("os_type \(Quoted.text(type)) contradicts os_version \(Quoted.text(version)).")
    }
  }

  private static let windowsOnHuawei = ValidationRule(
    35, "windows-on-huawei", field: "os_version",
    "Windows can no longer be quick-imported on Huawei Cloud international",
    .otc(nil, huawei: .warning), hint: "Use the ordinary import for Windows images.", differs: "Huawei Cloud only"
  ) { probe in
    guard probe.request.kind == .system, let version = probe.request.osVersion, RuleSet.isWindows(version) else {
      return
    }
    probe.report("os_version is \(Quoted.text(version)), and Huawei Cloud no longer quick-imports Windows.")
  }

  private static let architectureValue = ValidationRule(
    36, "architecture-value", field: "architecture", "x86 (default) or arm", code: "IMG.0212", hint: "Use x86 or arm."
  ) { probe in
    let aliases = ["amd64": "x86", "x86_64": "x86", "x64": "x86", "i386": "x86", "aarch64": "arm", "arm64": "arm"]
    probe.checkValue(probe.request.architecture, of: "architecture", in: ["x86", "arm"], aliases: aliases)
  }

  private static let architectureForData = ValidationRule(
    37, "architecture-for-data", field: "architecture", "architecture and hw_firmware_type belong to system disks only",
    .warning, hint: "Leave it out for a data disk."
  ) { probe in
    guard probe.request.kind == .data else { return }
    for field in [RequestField.architecture, .firmwareType] {
      guard let value = probe.request[field] else { continue }
      probe.report(
        "\(field.rawValue) is no field of a data disk, but is \(Quoted.value(value)).", field: field.rawValue)
    }
  }

  private static let firmwareValue = ValidationRule(
    38, "firmware-value", field: "hw_firmware_type", "bios or uefi", code: "IMG.0141", hint: "Use bios or uefi."
  ) { probe in
    let aliases = ["efi": "uefi", "legacy": "bios"]
    probe.checkValue(probe.request.firmwareType, of: "hw_firmware_type", in: ["bios", "uefi"], aliases: aliases)
  }

  private static let firmwareWithARM = ValidationRule(
    39, "firmware-with-arm", field: "hw_firmware_type", "not bios together with arm, which boots by UEFI only",
    code: "IMG.0141", guessed: true, hint: "Leave hw_firmware_type out, or set it to uefi."
  ) { probe in
    guard probe.request.architecture == "arm", probe.request.firmwareType == "bios" else { return }
    probe.report("hw_firmware_type is \"bios\", but architecture is \"arm\", which boots by UEFI only.")
  }

  private static let firmwareWithOS = ValidationRule(
    40, "firmware-with-os", field: "hw_firmware_type", "uefi only with a system of the OTC table of UEFI boot",
    .otc(.warning, huawei: nil), hint: "Make sure that the system inside boots by UEFI.", differs: "OTC only"
  ) { probe in
    guard probe.request.kind == .system, probe.request.firmwareType == "uefi" else { return }
    guard let version = probe.request.osVersion, !version.isEmpty, !OSVersions.supportsUEFI(version) else { return }
    probe.report(
      "hw_firmware_type is \"uefi\", but \(Quoted.text(version)) is not in the table of systems that boot by UEFI.")
  }

  private static let armWithOS = ValidationRule(
    41, "arm-with-os", field: "architecture", "not arm with a 32bit or Windows os_version", .warning,
    hint: "Check architecture and os_version."
  ) { probe in
    guard probe.request.architecture == "arm", let version = probe.request.osVersion else { return }
    if RuleSet.isWindows(version) || version.suffix(5).lowercased() == "32bit" {
      probe.report("architecture is \"arm\", which does not go with os_version \(Quoted.text(version)).")
    }
  }
}

extension RuleProbe {
  /// Reports a value outside of a short list, with the one that was probably meant.
  mutating func checkValue(
    _ value: String?, of field: String, in allowed: [String], aliases: [String: String] = [:]
  ) {
    guard let value, !allowed.contains(value) else { return }
    let list = allowed.dropLast().joined(separator: ", ") + " or " + (allowed.last ?? "")
    let short = value.utf8.count <= Suggestion.longest ? value : ""
    let meant =
      aliases[short.lowercased()] ?? allowed.first { $0.lowercased() == short.trimmed.lowercased() }
      ?? Suggestion.nearest(to: short, in: allowed).first
    report(
      "\(field) must be \(list), but is \(Quoted.text(value)).",
      hint: meant.map { "Did you mean \(Quoted.text($0))?" })
  }
}
