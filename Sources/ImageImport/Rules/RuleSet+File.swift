import CloudAccess
import DiskImages

/// Rules 65 to 77: the file itself.
extension RuleSet {
  static let fileRules = [
    objectExists, objectSize, diskSize, ordinaryImportInstead, bucketClass, objectClass, objectEncryption,
    fileEncryption, contentMatches, rawSectors, bitmapNotEmpty, oneDisk, systemPrepared,
  ]

  private static let objectExists = ValidationRule(
    65, "object-exists", field: "image_url", "object exists and is not empty", stage: .preflight, code: "IMG.0057",
    hint: "Upload the file again."
  ) { probe in
    guard probe.file?.objectSize == 0 else { return }
    probe.report("The file of image_url is empty.")
  }

  private static let objectSize = ValidationRule(
    66, "object-size", field: "image_url", "file of at most 1 TB, read as 2^40 bytes; above 10^12 a warning",
    code: "IMG.0059", hint: "Shrink the file, or write it as ZVHD2, which leaves empty blocks out."
  ) { probe in
    guard let size = probe.file?.objectSize, size > 1_000_000_000_000 else { return }
    if size > 1 << 40 {
      probe.report("The file of image_url may have at most 1 TB (1099511627776 bytes), but has \(size).")
    } else {
      probe.report(
        "The file of image_url has \(size) bytes: more than 10^12, and 1 TB may mean that.", severity: .warning)
    }
  }

  private static let diskSize = ValidationRule(
    67, "disk-size", field: "image_url", "disk inside the file of at most 1024 GiB", code: "IMG.0111",
    hint: "Shrink the disk to 1024 GiB or less."
  ) { probe in
    guard let size = probe.file?.diskSize, size > 1024 * ImageFileFacts.gibibyte else { return }
    probe.report("The disk inside the file may have at most 1024 GiB, but has \(size) bytes.")
  }

  private static let ordinaryImportInstead = ValidationRule(
    68, "ordinary-import-instead", field: "image_url",
    "below 128 GB and neither RAW nor ZVHD2: use the ordinary import",
    .warning, hint: "Convert the file as rule 19 says, or use the ordinary import (POST /v2/cloudimages/action)."
  ) { probe in
    guard let size = probe.file?.objectSize, size > 0, size < 128 * ImageFileFacts.gibibyte,
      let location = probe.location, let type = location.fileExtension, RuleSet.ordinaryFormats.contains(type)
    else { return }
    probe.report("\(Quoted.text(location.fileName)) is below 128 GB, so the ordinary import takes it as it is.")
  }

  /// What the ordinary import takes besides RAW and ZVHD2.
  private static let ordinaryFormats: Set<String> = ["vmdk", "vhd", "qcow2", "vhdx", "qed", "vdi", "qcow", "zvhd"]

  private static let bucketClass = ValidationRule(
    69, "bucket-class", field: "image_url", "bucket of storage class Standard", stage: .preflight, code: "IMG.0057",
    guessed: true, hint: "Use a bucket of class Standard.")

  private static let objectClass = ValidationRule(
    70, "object-class", field: "image_url", "object of storage class Standard; cold objects restored",
    .otc(.warning, huawei: .error), stage: .preflight, hint: "Change the object's class to Standard.",
    differs: "OTC names the bucket only: a warning for warm objects, an error for cold ones not restored")

  private static let objectEncryption = ValidationRule(
    71, "object-encryption", field: "image_url", "object not encrypted with a key of the customer (SSE-C)", .warning,
    stage: .preflight, code: "IMG.0057", guessed: true, hint: "Upload the object without SSE-C.")

  private static let fileEncryption = ValidationRule(
    72, "file-encryption", field: "image_url", "the disk inside is not encrypted (LUKS is noticed)", .warning,
    stage: .preflight, hint: "Import an unencrypted disk; the job of an encrypted one fails."
  ) { probe in
    guard probe.file?.isEncrypted == true else { return }
    probe.report("The disk inside the file of image_url is encrypted.")
  }

  private static let contentMatches = ValidationRule(
    73, "content-matches", field: "image_url", "content is what the extension says", stage: .preflight,
    code: "IMG.0158", hint: "Look at the file with slipway inspect; convert it, or give it the right extension."
  ) { probe in
    guard let found = probe.file?.format, let location = probe.location else { return }
    let claimed: DiskFormat? =
      switch location.fileExtension {
      case "raw": .raw
      case "zvhd2": .zvhd2
      default: nil
      }
    let isOther = claimed.map { $0 != found } ?? !found.isQuickImportFormat
    guard isOther else { return }
    probe.report(
      "The content of \(Quoted.text(location.fileName)) is \(found.displayName), which is not what "
        + (claimed.map { "its extension says (\($0.displayName))." } ?? "a quick import takes (RAW or ZVHD2)."))
  }

  private static let rawSectors = ValidationRule(
    74, "raw-sectors", field: "image_url", "size of a RAW file is a multiple of 512 bytes", .warning,
    hint: "Check that the file was uploaded completely."
  ) { probe in
    guard probe.location?.fileExtension == "raw", let size = probe.file?.objectSize, size % 512 != 0 else { return }
    probe.report("The RAW file of image_url has \(size) bytes, which is no multiple of 512.")
  }

  private static let bitmapNotEmpty = ValidationRule(
    75, "bitmap-not-empty", field: "image_url", "the .mf object is not empty", .warning, stage: .preflight,
    hint: "Make the bitmap again and upload it.")

  private static let oneDisk = ValidationRule(
    76, "one-disk", field: "image_url", "the image is one disk; a system image contains the system disk only",
    .warning, stage: .advice)

  private static let systemPrepared = ValidationRule(
    77, "system-prepared", field: "image_url",
    "the system inside was prepared (Cloud-Init, drivers, DHCP, no device names in fstab): a quick import does not do it",
    .warning, stage: .advice)
}
