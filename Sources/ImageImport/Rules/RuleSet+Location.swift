import CloudAccess

/// Rules 10 to 22: `image_url`.
extension RuleSet {
  /// Where the file of a request lies; nil where `image_url` breaks a rule about its form.
  ///
  /// Nothing else may be asked for: a bucket becomes part of a host's name, and one with a slash in it would name another host.
  func place(of request: ImportRequest) -> ImageLocation? {
    let isBroken = [10, 11, 12, 13, 15].contains { number in
      findings(of: number, in: request).contains { $0.severity == .error }
    }
    return isBroken ? nil : request.location
  }

  static let locationRules = [
    urlForm, urlScheme, bucketCharacters, bucketShape, bucketPeriod, keyLength, keySpaces, keyFileName, keySlashes,
    fileExtension, fileZVHD, rawBitmap, rawBitmapFolder,
  ]

  private static let urlForm = ValidationRule(
    10, "url-form", field: "image_url", "bucket:object, split at the first colon, both parts non-empty",
    code: "IMG.0017", hint: "Write bucket:object, such as images:ubuntu/web01.zvhd2."
  ) { probe in
    guard probe.request.malformed == nil else { return }
    guard let value = probe.request[.imageURL] else {
      probe.report("image_url is missing.")
      return
    }
    guard let url = value.stringValue, ImageLocation.scheme(of: url) == nil, ImageLocation(url) == nil else { return }
    if url.isEmpty {
      probe.report("image_url is empty.")
    } else if url.hasPrefix(":") {
      probe.report("image_url must be bucket:object, but \(Quoted.text(url)) has no bucket.", code: "IMG.0068")
    } else if url.contains(":") {
      probe.report("image_url must be bucket:object, but \(Quoted.text(url)) has no object after the colon.")
    } else {
      let parts = url.split(separator: "/", maxSplits: 1)
      let hint = parts.count == 2 ? "Write \(Quoted.text("\(parts[0]):\(parts[1])", limit: 200))." : nil
      probe.report("image_url must be bucket:object, but \(Quoted.text(url)) has no colon.", hint: hint)
    }
  }

  private static let urlScheme = ValidationRule(
    11, "url-scheme", field: "image_url", "not a URL such as https://, obs:// or s3://", code: "IMG.0017",
    guessed: true,
    hint: "Write bucket:object instead of a URL."
  ) { probe in
    guard let url = probe.request.imageURL, let scheme = ImageLocation.scheme(of: url) else { return }
    let rewritten = ImageLocation(url: url).map { "Write \(Quoted.text($0.description, limit: 200))." }
    probe.report(
      "image_url must be bucket:object, but \(Quoted.text(url)) is a URL with the scheme \(scheme).", hint: rewritten)
  }

  private static let bucketCharacters = ValidationRule(
    12, "bucket-characters", field: "image_url", "bucket of 3 to 63 characters: a-z, 0-9, hyphen, period",
    code: "IMG.0109", guessed: true, hint: "Check the name of the bucket."
  ) { probe in
    guard let bucket = probe.location?.bucket else { return }
    let count = bucket.unicodeScalars.count
    if !(3...63).contains(count) {
      probe.report("The bucket in image_url must have 3 to 63 characters, but \(Quoted.text(bucket)) has \(count).")
    }
    if let bad = bucket.unicodeScalars.first(where: { !CharacterSets.isBucketCharacter($0) }) {
      let lower = bucket.lowercased()
      let isCase = lower.unicodeScalars.allSatisfy(CharacterSets.isBucketCharacter)
      probe.report(
        "The bucket in image_url may have a-z, 0-9, - and . only, but \(Quoted.text(bucket)) has "
          + "\(Quoted.character(bad)).",
        hint: isCase ? "Did you mean \(Quoted.text(lower))?" : nil)
    }
  }

  private static let bucketShape = ValidationRule(
    13, "bucket-shape", field: "image_url",
    "bucket begins and ends with a letter or digit; no .., .- or -.; not an IPv4 address", code: "IMG.0109",
    guessed: true, hint: "Check the name of the bucket."
  ) { probe in
    guard let bucket = probe.location?.bucket else { return }
    if let bad = ["..", ".-", "-."].first(where: bucket.contains) {
      probe.report("The bucket in image_url may not contain \"\(bad)\", but is \(Quoted.text(bucket)).")
    }
    if "-.".contains(bucket.first ?? "a") || "-.".contains(bucket.last ?? "a") {
      probe.report("The bucket in image_url must begin and end with a letter or digit, but is \(Quoted.text(bucket)).")
    }
    let numbers = bucket.split(separator: ".", omittingEmptySubsequences: false)
    if numbers.count == 4, numbers.allSatisfy({ UInt8($0) != nil }) {
      probe.report("The bucket in image_url may not be an IPv4 address, but is \(Quoted.text(bucket)).")
    }
  }

  private static let bucketPeriod = ValidationRule(
    14, "bucket-period", field: "image_url", "a bucket with a period has certificate trouble with host-style HTTPS",
    .warning, hint: "Prefer a bucket without a period."
  ) { probe in
    guard let bucket = probe.location?.bucket, bucket.contains(".") else { return }
    probe.report(
      "The bucket \(Quoted.text(bucket)) in image_url has a period, so HTTPS with the bucket in the host fails its "
        + "certificate check.")
  }

  private static let keyLength = ValidationRule(
    15, "key-length", field: "image_url", "object key of 1 to 1024 bytes of UTF-8", code: "IMG.0074", guessed: true,
    hint: "Shorten the object's key."
  ) { probe in
    guard let key = probe.location?.key else { return }
    let count = key.utf8.count
    if count > 1024 {
      probe.report(
        "The object key in image_url may have at most 1024 bytes, but \(Quoted.text(key, limit: 30)) has \(count).")
    }
  }

  private static let keySpaces = ValidationRule(
    16, "key-spaces", field: "image_url", "no space in any folder or file name of the key", code: "IMG.0175",
    hint: "Rename the object without spaces."
  ) { probe in
    guard let key = probe.location?.key, key.unicodeScalars.contains(" ") else { return }
    probe.report("The object key in image_url may not contain spaces, but is \(Quoted.text(key)).")
  }

  private static let keyFileName = ValidationRule(
    17, "key-file-name", field: "image_url", "file name of 1 to 128 letters, digits, -, ., _ (documented for export)",
    .warning, code: "IMG.0075", hint: "Use letters, digits, -, . and _ in the file name, 128 at most."
  ) { probe in
    guard let name = probe.location?.fileName, !name.isEmpty else { return }
    let count = name.unicodeScalars.count
    if count > 128 {
      probe.report("The file name in image_url should have at most 128 characters, but has \(count).", code: "IMG.0074")
    }
    if let bad = name.unicodeScalars.first(where: { !CharacterSets.isNameCharacter($0) }) {
      probe.report(
        "The file name in image_url should have letters, digits, -, . and _ only, but \(Quoted.text(name)) has "
          + "\(Quoted.character(bad)).")
    }
  }

  private static let keySlashes = ValidationRule(
    18, "key-slashes", field: "image_url", "key does not begin or end with /", code: "IMG.0121", guessed: true
  ) { probe in
    guard let key = probe.location?.key else { return }
    if key.hasSuffix("/") {
      probe.report(
        "The object key in image_url must name a file, but \(Quoted.text(key)) ends with / like a folder.",
        hint: "Add the file's name.")
    }
    if key.hasPrefix("/") {
      probe.report(
        "The object key in image_url begins with /, which is part of the key: \(Quoted.text(key)).",
        severity: .warning, hint: "Remove the leading / unless the object's key really has it.")
    }
  }

  /// Formats other tools write, which the ordinary import takes or which must be unpacked first.
  static let otherFormats: Set<String> = [
    "qcow2", "qcow", "vmdk", "vhd", "vhdx", "vdi", "qed", "iso", "ova", "gz", "tgz", "zip", "xz", "bz2", "zst", "7z",
    "tar", "mf",
  ]

  private static let fileExtension = ValidationRule(
    19, "file-extension", field: "image_url", "extension .zvhd2 or .raw; an unknown one is only warned about",
    code: "IMG.0158", hint: "Name the file .zvhd2 or .raw, according to its content."
  ) { probe in
    guard let location = probe.location, !location.fileName.isEmpty else { return }
    let name = Quoted.text(location.fileName)
    switch location.fileExtension {
    case "zvhd2", "raw", "zvhd": return
    case let found? where RuleSet.otherFormats.contains(found):
      probe.report(
        "A quick import takes .zvhd2 and .raw files only, but image_url names \(name).",
        hint: RuleSet.wayOut(of: found))
    case nil:
      probe.report(
        "A quick import takes .zvhd2 and .raw files, but \(name) in image_url has no extension.", severity: .warning)
    default:
      probe.report(
        "A quick import takes .zvhd2 and .raw files, but \(name) in image_url has an unknown extension.",
        severity: .warning)
    }
  }

  /// How to get from a file of another kind to one that can be imported.
  private static func wayOut(of fileExtension: String) -> String {
    switch fileExtension {
    case "mf": "Name the image itself; its .mf is found beside it."
    case "iso": "An ISO is an installation medium; install it to a disk and import that."
    case "gz", "tgz", "zip", "xz", "bz2", "zst", "7z", "tar", "ova":
      "Unpack it first; the disk inside must become RAW or ZVHD2."
    default: "Convert it to RAW with qemu-img convert -O raw, and that to ZVHD2 with slipway convert."
    }
  }

  private static let fileZVHD = ValidationRule(
    20, "file-zvhd", field: "image_url", ".zvhd is not .zvhd2", code: "IMG.0158",
    hint: "Convert the file to RAW, and that to ZVHD2, with slipway convert."
  ) { probe in
    guard let location = probe.location, location.fileExtension == "zvhd" else { return }
    probe.report("\(Quoted.text(location.fileName)) in image_url is a ZVHD file; a quick import takes ZVHD2.")
  }

  private static let rawBitmap = ValidationRule(
    21, "raw-bitmap", field: "image_url", "a RAW file has its bitmap beside it: NAME.raw and NAME.mf",
    stage: .preflight,
    code: "IMG.0158", hint: "Upload the .mf of the image next to it.", differs: "on OTC the code is unconfirmed")

  private static let rawBitmapFolder = ValidationRule(
    22, "raw-bitmap-folder", field: "image_url",
    "the guides ask for the same bucket and name; whether also the same folder is not stated, so keep them together",
    stage: .advice)
}
