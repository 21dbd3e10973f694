import CloudAccess
import DiskImages
import ObjectStorage

/// What is checked about the object: rules 21, 27, 28, 65 to 68 and 70 to 75.
extension PreflightCheck {
  static let objectChecks = [
    object, objectSize, objectClass, encryption, bitmapFile, content, diskSize, minDisk,
  ]

  private static let object = PreflightCheck(
    "object", "the object exists and is not empty", rules: [65], asks: .object
  ) { probe in
    guard let location = probe.location else { return }
    if let failure = probe.facts.object.failure, failure.isMissing {
      probe.explain(.object)
      // The missing bucket is the finding of another check.
      if probe.facts.bucket.failure?.isMissing == true { return }
      if failure.isDeleteMarker {
        probe.report(
          65, "The object \(Quoted.text(location.description)) was deleted: its newest version is a delete marker.",
          code: "IMG.0121",
          hint: "Remove the delete marker to have the version before it back, or upload the file again.")
        return
      }
      probe.report(
        65, "There is no object \(Quoted.text(location.key)) in the bucket \(Quoted.text(location.bucket)).",
        code: "IMG.0121", hint: "Check the key after the colon, case and folders included, or upload the file.")
    } else if probe.facts.object.value?.size == 0 {
      probe.report(
        65, "The object \(Quoted.text(location.description)) is empty.", hint: "Upload the file again.")
    }
  }

  private static let objectSize = PreflightCheck(
    "object_size", "the object has at most 1 TB, a RAW file whole sectors", rules: [66, 68, 74], asks: .object
  ) { probe in
    guard case .known(let info) = probe.facts.object else { return }
    let file = ImageFileFacts(objectSize: info.size)
    for number in [66, 68, 74] { probe.apply(number, to: file) }
  }

  private static let objectClass = PreflightCheck(
    "object_class", "the object is of class Standard; a cold one is restored", rules: [70], asks: .object
  ) { probe in
    guard case .known(let info) = probe.facts.object, info.storageClass != .standard, let location = probe.location
    else { return }
    let object = "The object \(Quoted.text(location.description))"
    let name = Quoted.plain(info.storageClass.rawValue)
    let change = "Change the object's class to STANDARD."
    if info.needsRestore {
      probe.explain(.object)
      if info.isBeingRestored {
        probe.report(
          70, "\(object) is of class \(name) and not restored yet: its restoring is still under way.", severity: .error,
          hint: "Wait until it is restored, then run the same again; or copy it to class STANDARD.")
      } else {
        probe.report(
          70, "\(object) is of class \(name) and cannot be read before it is restored.", severity: .error,
          hint: "Restore the object, or upload the file again in class STANDARD.")
      }
    } else if info.isArchived {
      probe.report(
        70, "\(object) is of class \(name) and only restored for a time.",
        hint: "Copy it to class STANDARD, or make sure that it stays restored until the import is done.")
    } else {
      probe.report(70, "\(object) should be of class STANDARD, but is \(name).", hint: change)
    }
  }

  private static let encryption = PreflightCheck(
    "encryption", "neither the object nor the disk inside is encrypted with a key that the cloud lacks",
    rules: [71, 72], asks: .object, .header
  ) { probe in
    if let info = probe.facts.object.value, info.usesCustomerKey, let location = probe.location {
      probe.report(
        71,
        "The object \(Quoted.text(location.description)) is encrypted with a key of your own (SSE-C), which the image "
          + "service does not have.")
    }
    probe.apply(72, to: probe.facts.header.value.map { ImageFileFacts($0) })
  }

  static let bitmapFile = PreflightCheck(
    "bitmap_file", "a RAW file has its bitmap beside it, no older than itself", rules: [21, 75], asks: .bitmap
  ) { probe in
    guard let location = probe.location, let key = location.bitmapKey else { return }
    let bitmap = Quoted.text(key)
    let make = "Make it with: java -jar CreateMF.jar NAME.raw NAME.mf, and upload it after the RAW file."
    switch probe.facts.bitmap {
    case .notAsked: return
    case .failed(let failure):
      guard failure.isMissing else { return }
      probe.explain(.bitmap)
      // Without the bucket or the RAW file itself there is something else to be mended first.
      if probe.facts.bucket.failure?.isMissing == true || probe.facts.object.failure?.isMissing == true { return }
      probe.report(
        21,
        "A RAW file needs its bitmap beside it, but there is no object \(bitmap) in the bucket "
          + "\(Quoted.text(location.bucket)).", hint: make + " Or import the disk as ZVHD2, which needs none.")
    case .known(let found):
      if found.info.size == 0 {
        probe.report(75, "The bitmap \(bitmap) is empty.", hint: make)
      } else if let fault = BitmapFile.finding(start: found.start, size: found.info.size) {
        probe.report(21, "The object \(bitmap) is no bitmap: \(fault.message).", hint: make)
      } else if let made = found.info.lastModified, let changed = probe.facts.object.value?.lastModified, made < changed
      {
        probe.report(
          21,
          "The bitmap \(bitmap) was written at \(Timestamp.iso8601(made)), before the RAW file was "
            + "(\(Timestamp.iso8601(changed))); if the disk has changed since, it is wrong.", severity: .warning,
          hint: "Make the bitmap again if the disk has changed, and upload it after the RAW file.")
      }
    }
  }

  private static let content = PreflightCheck(
    "content", "the object's content is what its extension says, and whole", rules: [73], asks: .header
  ) { probe in
    guard case .known(let inspection) = probe.facts.header, !inspection.isEmpty else { return }
    if probe.apply(73, to: ImageFileFacts(inspection)) { return }
    // Sizes are judged by rules of their own.
    guard inspection.fileSize <= 1_000_000_000_000, let location = probe.location else { return }
    for finding in inspection.findings where finding.severity != .hint {
      let hint = finding.hint.map { $0.prefix(1).uppercased() + $0.dropFirst() + ($0.hasSuffix(".") ? "" : ".") }
      probe.report(
        73, "\(Quoted.text(location.fileName)): \(Quoted.plain(finding.message)).",
        severity: finding.severity == .error ? .error : .warning, code: finding.severity == .error ? "IMG.0057" : nil,
        hint: hint ?? "Convert and upload the file again.")
    }
  }

  private static let diskSize = PreflightCheck(
    "disk_size", "the disk inside the file has at most 1024 GiB", rules: [67], asks: .header
  ) { probe in
    probe.apply(67, to: probe.facts.header.value.map { ImageFileFacts($0) })
  }

  private static let minDisk = PreflightCheck(
    "min_disk", "min_disk is not smaller than the disk inside the file", rules: [27, 28], asks: .header
  ) { probe in
    guard case .known(let inspection) = probe.facts.header, !inspection.isEmpty else { return }
    for number in [27, 28] { probe.apply(number, to: ImageFileFacts(inspection)) }
  }
}
