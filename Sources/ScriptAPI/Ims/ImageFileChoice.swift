import CloudAccess
import DiskImages
import ImageImport
import LuaHost
import ObjectStorage

/// The disk file that a script wants an image of, and how it gets into its bucket.
struct ImageFileChoice: Sendable {
  var plan: ImageFilePlan
  /// Whether an object with other content is replaced.
  var overwrites: Bool
  /// Whether the object goes again when the image is made.
  var deletesObject: Bool
  var conversion = ConvertOptions()

  static let parameters = [
    HostParameter(
      "file", .string, "a disk file on this machine, of any format; needs `bucket`, and no `image_url`", optional: true),
    HostParameter("bucket", .string, "the bucket that the file is brought to", optional: true),
    HostParameter(
      "object", .string, "the object's key; by default the file's name, ending in .zvhd2 when it is converted",
      optional: true),
    HostParameter(
      "convert", .boolean, "converts a RAW file even if its bitmap file (.mf) lies beside it", optional: true),
    HostParameter("overwrite", .boolean, "replaces an object that is there with other content", optional: true),
    HostParameter(
      "delete_object", .boolean,
      "deletes the object when the image is made, never when anything failed; for what waits for it, not for `image:submit`",
      optional: true),
    HostParameter("level", .integer, "of zstd, 1 to 19, where the file is converted; 3 by default", optional: true),
    HostParameter("threads", .integer, "that convert; by default one for each processor", optional: true),
    HostParameter(
      "verify", .boolean, "unpacks every converted block again and compares it before it is sent", optional: true),
  ]

  /// Takes what concerns the file out of a request's fields and looks at the file; nil where they name none.
  init?(taking fields: inout [String: JSONValue], _ context: ScriptContext) throws {
    let given = Self.parameters.map(\.name).filter { fields[$0] != nil }
    guard !given.isEmpty else { return nil }
    let file = fields.removeValue(forKey: "file")?.stringValue
    let bucket = fields.removeValue(forKey: "bucket")?.stringValue
    let object = fields.removeValue(forKey: "object")?.stringValue
    let convert = fields.removeValue(forKey: "convert")?.boolValue ?? false
    overwrites = fields.removeValue(forKey: "overwrite")?.boolValue ?? false
    deletesObject = fields.removeValue(forKey: "delete_object")?.boolValue ?? false
    conversion.verify = fields.removeValue(forKey: "verify")?.boolValue ?? false
    let level = fields.removeValue(forKey: "level")?.intValue
    let threads = fields.removeValue(forKey: "threads")?.intValue
    guard let file else {
      throw ScriptFailure("'\(given[0])' is given without 'file'", hint: "it says what to do with a disk file")
    }
    guard let bucket else {
      throw ScriptFailure("'file' is given without 'bucket'", hint: "name the bucket that the file shall go to")
    }
    guard fields["image_url"] == nil else {
      throw ScriptFailure(
        "both 'file' and 'image_url' are given", hint: "a file gets its image_url from 'bucket' and 'object'")
    }
    conversion.level = try Self.number(level, "level", in: ConvertOptions.levels) ?? conversion.level
    conversion.threads = try Self.number(threads, "threads", in: 1...ConvertOptions.mostThreads)
    let path = try context.file(file)
    try OpenFile.check(path, context.access)
    try context.access.check(.writeObjects(bucket: bucket))
    let held = HeldFiles(context.access)
    do {
      let needsSystem = fields["os_version"] == nil && fields["type"]?.stringValue != "DataImage"
      plan = try ImageFilePlan(
        path: path, bucket: bucket, key: object, alwaysConverts: convert,
        findingSystemFor: needsSystem ? context.cloud.dialect : nil, opening: held.place(of:))
    } catch let error as ImportError {
      throw ScriptFailure(kind: error.kind.rawValue, error.message, hint: error.hint)
    }
  }

  private static func number(_ value: Int?, _ name: String, in range: ClosedRange<Int>) throws -> Int? {
    if let value, !range.contains(value) {
      throw ScriptFailure("'\(name)' must be from \(range.lowerBound) to \(range.upperBound), got \(value)")
    }
    return value
  }

  /// Opens the file to be sent; it is checked anew, since another may have its name by now.
  func upload(for context: ScriptContext) throws -> ImageFileUpload {
    var options = UploadOptions()
    options.existing = overwrites ? .replace : .refuse
    options.recordDirectory = context.uploadsDirectory
    let observe = context.observeFile
    let plan = plan
    observe(plan, .planned(plan))
    let held = HeldFiles(context.access)
    var upload = try ImageFileUpload(
      plan, options: options, conversion: conversion, observe: { observe(plan, $0) }, opening: held.place(of:))
    upload.deletesObject = deletesObject
    if let rehearsal = context.rehearsal {
      let overwrites = overwrites
      upload.rehearse = { store in
        try await rehearsal.uploading(RehearsedUpload(plan, overwrites: overwrites), to: store)
      }
    }
    return upload
  }
}

extension ImageObject {
  /// Tells a rehearsal how the run came by the job; nil where there is none.
  private var onSubmitted: (@Sendable (JobReference) async throws -> Void)? {
    guard let rehearsal = ims.context.rehearsal else { return nil }
    return { rehearsal.submitted($0) }
  }

  /// Imports it: the file first, where it is made of one.
  func run(
    _ service: ImportService, _ submission: SubmitOptions, _ options: WaitOptions
  ) async throws -> ImportResult {
    let onSubmitted = onSubmitted
    guard let file else {
      return try await service.importImage(
        request, options: submission, timeout: options.timeout, onSubmitted: onSubmitted,
        onProgress: options.observer(request.name))
    }
    return try await service.importFile(
      file.upload(for: ims.context), as: request, options: submission, timeout: options.timeout,
      onSubmitted: onSubmitted, onProgress: options.observer(request.name))
  }
}
