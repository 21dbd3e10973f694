import CloudAccess

/// Rules 23 to 28: `min_disk`.
extension RuleSet {
  static let diskRules = [
    minDiskInteger, minDiskRange, minDiskSystem, minDiskConsole, minDiskFits, minDiskUnchecked,
  ]

  private static let minDiskInteger = ValidationRule(
    23, "min-disk-integer", field: "min_disk", "present, an integer without fraction", code: "IMG.0055", guessed: true,
    hint: "Give the smallest disk in GiB as a whole number, such as 40."
  ) { probe in
    guard probe.request.malformed == nil else { return }
    guard let value = probe.request[.minDisk] else {
      probe.report("min_disk is missing.")
      return
    }
    guard probe.request.minDisk == nil else { return }
    let text = value.stringValue?.trimmed
    let hint = text.flatMap { Int($0) }.map { "Write \($0) without quotes." }
    probe.report("min_disk must be a whole number of GiB, but is \(Quoted.value(value)).", hint: hint)
  }

  private static let minDiskRange = ValidationRule(
    24, "min-disk-range", field: "min_disk", "1 to 1024 GiB", code: "IMG.0055",
    hint: "Give a size from 1 to 1024 GiB.", differs: "Huawei Cloud system disks: rule 25"
  ) { probe in
    guard let size = probe.request.minDisk, !(1...1024).contains(size) else { return }
    if probe.dialect == .huawei, probe.request.kind == .system { return }
    probe.report("min_disk must be 1 to 1024 GiB, but is \(size).")
  }

  private static let minDiskSystem = ValidationRule(
    25, "min-disk-system", field: "min_disk", "Huawei Cloud system disk: Linux 10 to 1024 GiB, Windows 20 to 1024 GiB",
    .otc(nil, huawei: .error), code: "IMG.0055", hint: "Give a size of 10 GiB or more, for Windows 20.",
    differs: "Huawei Cloud only; 1 to 9 and 1 to 19 are warned about, because older documents allow them"
  ) { probe in
    guard probe.dialect == .huawei, probe.request.kind == .system, let size = probe.request.minDisk else { return }
    let least = RuleSet.isWindows(probe.request.osVersion) ? 20 : 10
    if !(1...1024).contains(size) {
      probe.report("min_disk of a system disk must be \(least) to 1024 GiB, but is \(size).")
    } else if size < least {
      probe.report(
        "min_disk of this system disk should be \(least) to 1024 GiB by the newest documents, but is \(size).",
        severity: .warning)
    }
  }

  private static let minDiskConsole = ValidationRule(
    26, "min-disk-console", field: "min_disk",
    "the OTC console offers 40 to 1024 GiB for system disks; the API takes 1 to 1024", stage: .advice)

  private static let minDiskFits = ValidationRule(
    27, "min-disk-fits", field: "min_disk", "not smaller than the disk inside the file, rounded up to GiB",
    code: "IMG.0111", guessed: true
  ) { probe in
    guard let size = probe.request.minDisk, let least = probe.file?.smallestMinDisk, size < least else { return }
    guard least <= 1024 else { return }
    probe.report(
      "min_disk is \(size) GiB, but the disk inside the file has \(probe.file?.diskSize ?? 0) bytes and needs \(least).",
      hint: "Set min_disk to \(least) or more.")
  }

  private static let minDiskUnchecked = ValidationRule(
    28, "min-disk-unchecked", field: "min_disk",
    "the size of the disk inside the file is known (silent when nobody looked at the file)", .warning,
    hint: "Look at the file with slipway inspect, and compare its virtual size with min_disk."
  ) { probe in
    guard let file = probe.file, file.diskSize == nil, probe.request.minDisk != nil else { return }
    probe.report("min_disk could not be compared with the disk inside the file, whose size is unknown.")
  }

  /// Whether a value of `os_version` means Windows.
  static func isWindows(_ osVersion: String?) -> Bool { osVersion?.prefix(7).lowercased() == "windows" }
}
