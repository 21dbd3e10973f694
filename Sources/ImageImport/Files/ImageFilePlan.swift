import CloudAccess
import DiskImages

/// What has to happen with a disk file so that it becomes an image.
public struct ImageFilePlan: Sendable {
  /// How the file gets into the bucket.
  public enum Route: Sendable, Hashable {
    /// As it is: a ZVHD2 file.
    case asItIs
    /// A RAW file as it is, with the bitmap file at this path.
    case withBitmap(String)
    /// Converted to ZVHD2 while it is sent.
    case converted
  }

  public var path: String
  public var location: ImageLocation
  public var inspection: DiskInspection
  public var route: Route
  /// The value of `os_version` for the system on the disk; nil where none was found or none was looked for.
  public var suggestedOSVersion: OSVersionSuggestion?

  /// Looks at the file and decides.
  ///
  /// RAW becomes ZVHD2, unless its bitmap file lies beside it: the format of such files is not public, so none is made.
  ///
  /// The object's key is by default the file's name, with the ending of the format that is sent; a `key` that ends with `/` gets that
  /// name behind it. `alwaysConverts` converts a RAW file that has its bitmap beside it, too. `opening` is given each path before it is
  /// read and says where to read it: what may not be read throws.
  ///
  /// With `dialect` the operating system is looked for on the disk, and named as that cloud's list has it.
  ///
  /// Throws an ``ImportError``: `not_found`, `argument`, or `validation` for a file that can be no image.
  public init(
    path: String, bucket: String, key: String? = nil, alwaysConverts: Bool = false,
    findingSystemFor dialect: CloudDialect? = nil, opening: (String) throws -> String = { $0 }
  ) throws {
    let place = try opening(path)
    do {
      let file = try FileByteSource(path: place)
      inspection =
        dialect == nil
        ? try DiskInspector.inspect(file, fileName: path)
        : try DiskInspector.inspectWithSystem(file, fileName: path)
    } catch let error as DiskImageError {
      throw ImportError(disk: error.naming(path, for: place))
    }
    suggestedOSVersion = dialect.flatMap { [inspection] in inspection.suggestedOSVersion(for: $0) }
    self.path = path
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    switch inspection.format {
    case .zvhd2:
      guard inspection.isImportable else { throw Self.refusal(path, inspection) }
      route = .asItIs
    case .raw:
      guard inspection.isImportable else { throw Self.refusal(path, inspection) }
      let bitmap = String(path.dropLast(name.count)) + stem + ".mf"
      let hasBitmap = !alwaysConverts && (try? FileByteSource(path: bitmap)).map { $0.size > 0 } == true
      if hasBitmap { _ = try opening(bitmap) }
      route = hasBitmap ? .withBitmap(bitmap) : .converted
    case .zvhd, .qcow2, .qcow, .qed, .vhd, .vhdx, .vmdk, .vdi:
      route = .converted
    default:
      throw Self.refusal(path, inspection)
    }
    let sent = route == .converted ? "\(stem.isEmpty ? name : stem).zvhd2" : name
    let given = key ?? ""
    location = ImageLocation(bucket: bucket, key: given.isEmpty || given.hasSuffix("/") ? given + sent : given)
    guard DiskFormat(fileName: location.key) == sentFormat else {
      throw ImportError(
        kind: .argument,
        message: "The key \(Quoted.text(location.key)) does not end as a \(sentFormat.displayName) file's must.",
        hint: "Let it end in .\(sentFormat == .raw ? "raw" : "zvhd2"), or with / to get the file's name behind it.")
    }
    guard !bucket.isEmpty, !bucket.contains(":"), !bucket.contains("/") else {
      throw ImportError(
        kind: .argument, message: "\(Quoted.text(bucket)) is no bucket.", hint: "Give the bucket's name alone.")
    }
  }

  /// The format of what is sent.
  public var sentFormat: DiskFormat { route == .converted ? .zvhd2 : inspection.format }

  /// What the rules may know about the object before it is there.
  public var facts: ImageFileFacts {
    var facts = ImageFileFacts(inspection)
    facts.format = sentFormat
    if route == .converted { facts.objectSize = nil }
    return facts
  }

  /// The request with the object as its file; where it does not say so itself, with the smallest disk that fits, and for a system
  /// disk with the operating system that was found on it, if that is listed exactly.
  public func completing(_ request: ImportRequest) -> ImportRequest {
    var request = request
    request.imageURL = location.description
    if request[.minDisk] == nil { request.minDisk = inspection.minDisk }
    if request.kind == .system, request[.osVersion] == nil, request[.osType] == nil,
      let found = suggestedOSVersion, found.isExact
    {
      request.osVersion = found.value
    }
    return request
  }

  private static func refusal(_ path: String, _ inspection: DiskInspection) -> ImportError {
    let reason =
      inspection.isEmpty ? "it is empty" : inspection.reasons.first ?? "it is \(inspection.format.displayName)"
    let hint = inspection.advice ?? inspection.findings.first { $0.severity == .error }?.hint
    return ImportError(kind: .validation, message: "\(Quoted.text(path)) cannot be imported: \(reason).", hint: hint)
  }
}

extension ImportError {
  /// For a disk file that cannot be read, or is damaged.
  init(disk error: DiskImageError) {
    let kind: Kind =
      switch error.kind {
      case .notFound: .not_found
      case .permission: .permission
      case .exists, .busy, .io, .noSpace, .verification: .conflict
      case .cancelled: .cancelled
      case .corrupt, .truncated, .unsupported: .validation
      case .argument, .program: .argument
      }
    self.init(kind: kind, message: error.message, hint: error.hint)
  }
}

extension DiskImageError {
  /// The same about the path that the user knows, where the file was read by another.
  func naming(_ path: String, for place: String) -> DiskImageError {
    guard path != place else { return self }
    var error = self
    error.message = message.replacing("'\(place)'", with: "'\(path)'")
    return error
  }
}
