import CloudAccess
import ImageImport
import LuaHost

/// A request as a script holds it: `ims.Image`.
///
/// It is a value: `with` gives a changed copy, nothing changes in place, so that a request submitted is the request shown.
final class ImageObject: Sendable {
  let request: ImportRequest
  let ims: ImsModule
  /// The disk file it is to be made of; nil where the request's object is there already.
  let file: ImageFileChoice?

  init(_ request: ImportRequest, _ ims: ImsModule, file: ImageFileChoice? = nil) {
    self.request = request
    self.ims = ims
    self.file = file
  }

  /// Fields that belong to other calls of the service: taken here so that the rules can say what is wrong with them.
  static let foreignFields = ["cmk_id", "is_config", "min_ram", "max_ram", "data_images", "is_quick_import"]

  /// The parameters of a request's table, by form; fields of the other form are taken, for the rules to judge.
  static func record(_ kind: ImageKind) -> LuaType {
    let fields = RequestField.allCases.map { field in
      field.kinds.contains(kind)
        ? HostParameter(field.rawValue, ImsTypes.type(field), field.summary, optional: true)
        : .hidden(field.rawValue, ImsTypes.type(field))
    }
    let name = kind == .system ? "ims.SystemImageFields" : "ims.DataImageFields"
    return .record(
      LuaRecord(
        name,
        "The fields of a request for a \(kind.rawValue) disk image, and where a disk file goes that is to become it.",
        fields: fields + ImageFileChoice.parameters + foreignFields.map { .hidden($0, .any) }))
  }

  /// A request from a script's table; `image_tags` may be a map, `image_url` an obs:// or s3:// address.
  static func request(_ kind: ImageKind, _ value: LuaValue) throws -> ImportRequest {
    ImportRequest(kind: kind, fields: try fields(value)).normalizingImageURL().normalizingImageTags()
  }

  static func fields(_ value: LuaValue) throws -> [String: JSONValue] {
    guard case .object(let fields) = try LuaJSON.json(value, path: "") else { return [:] }
    return fields
  }

  static let type: ObjectType = {
    let fields = RequestField.allCases.map { field in
      ObjectField(field.rawValue, ImsTypes.type(field), field.summary, optional: true) { object in
        (object as? ImageObject)?.request[field].map(LuaJSON.value) ?? .nil
      }
    }
    return ObjectType(
      "ims.Image", "A request for an image, not yet sent.",
      fields: fields + [
        ObjectField("kind", kindType, "which form the request has") { object in
          (object as? ImageObject).map { .string(LuaString($0.request.kind.rawValue)) } ?? .nil
        }
      ],
      methods: methods,
      description: { object in
        guard let request = (object as? ImageObject)?.request else { return "ims.Image" }
        let place = (object as? ImageObject)?.file?.plan.path ?? request.imageURL ?? "nowhere"
        return "ims.Image(\(request.name ?? "unnamed") from \(place))"
      })
  }()

  private static let kindType = LuaType.alias(
    LuaAlias("ims.Kind", "The two forms of a request.", words: ["system": "a system disk", "data": "a data disk"]))

  private static var methods: [HostFunction] {
    [
      .waiting(
        "image:validate",
        "Holds the request against every rule that needs no network, and asks the plugins; never stops at the first finding.",
        returns: [HostParameter("report", ImsRecords.report, "what was found")], since: "0.1"
      ) { arguments in
        guard let image = arguments.receiver as? ImageObject else { return [] }
        return [ImsReport.value(try await image.ims.report(image.request))]
      }.documented(
        mustUse: true,
        example: """
          local ims = require "ims"

          local report = ims.system_image { name = "web#1", image_url = "golden-images:web01.zvhd2", min_disk = 20 }:validate()
          for _, finding in ipairs(report.errors) do print(finding.field, finding.rule, finding.code) end
          --> name  4  IMG.0003
          --> os_version  …  …
          """),
      .waiting(
        "image:preflight",
        "Asks the cloud and its object storage whether an import of the request could succeed; sends nothing.",
        parameters: [HostParameter("options", ImsRecords.preflightOptions, "which checks", optional: true)],
        returns: [HostParameter("report", ImsRecords.report, "what was found")], since: "0.1"
      ) { arguments in
        guard let image = arguments.receiver as? ImageObject else { return [] }
        var options = image.ims.context.submission.preflight
        let table = arguments[0].tableValue
        try SubmissionReader(ims: image.ims).change(
          &options, skipping: table?["skip"] ?? .nil, timeout: table?["timeout"] ?? .nil)
        let choices = options
        let report = try await image.ims.attempt(.read) { service in
          // It looks into the object, so it needs what looking there by itself would.
          if let bucket = image.request.location?.bucket {
            try image.ims.context.access.check(.readObjects(bucket: bucket))
          }
          return try await service.preflight(image.request, options: choices)
        }
        return [ImsReport.value(report)]
      }.documented(
        """
        Bucket, its region and class, object, size, class, encryption, the bitmap of a RAW file, the disk inside against `min_disk`, quota, name. \
        What cannot be asked is a warning. `submit` and `ims.import` do the same before they send.
        """,
        raises: [RaisedError("argument", "`skip` names a check that does not exist")] + ImsRecords.cloudErrors,
        mustUse: true,
        example: """
          local ims = require "ims"

          local image = ims.data_image { name = "data01", image_url = "ims-image:data01.zvhd2", min_disk = 20 }
          print(image:preflight().ok)  --> true

          local report = image:with { image_url = "ims-image:not-there.zvhd2" }:preflight { skip = { "quota" } }
          for _, finding in ipairs(report.errors) do print(finding.check, finding.code) end  --> object  IMG.0121
          """),
      HostFunction(
        "image:with", "The same request with some fields changed.",
        parameters: [HostParameter("changes", changeable, "the fields to change; json.null removes one")],
        returns: [HostParameter("image", .object("ims.Image"), "a new request")], since: "0.1"
      ) { arguments in
        guard let image = arguments.receiver as? ImageObject else { return [] }
        let changed = image.request.with(try fields(arguments[0])).normalizingImageURL().normalizingImageTags()
        // Another object is no longer that of the file.
        let isSame = changed.imageURL == image.request.imageURL
        return [image.ims.image(changed, file: isSame ? image.file : nil)]
      }.documented(
        "A request never changes in place, so that what was submitted is what was shown.", mustUse: true,
        example: """
          local ims, json = require "ims", require "json"

          local small = ims.data_image { name = "data01", image_url = "ims-image:data01.zvhd2", min_disk = 20, description = "old" }
          local large = small:with { min_disk = 40, description = json.null }
          print(small.min_disk, large.min_disk, large.description)  --> 20  40  nil
          """),
      HostFunction(
        "image:to_table", "The request's body as the API takes it, as a table for json.encode.",
        returns: [HostParameter("body", .map, "the API's own field names")], since: "0.1"
      ) { arguments in
        guard let image = arguments.receiver as? ImageObject else { return [] }
        return [LuaJSON.value(image.request.jsonValue)]
      }.documented(
        mustUse: true,
        example: """
          local ims, json = require "ims", require "json"

          local image = ims.data_image { name = "data01", image_url = "ims-image:data01.zvhd2", min_disk = 20 }
          print(json.encode(image:to_table()))
          --> {"image_url":"ims-image:data01.zvhd2","min_disk":20,"name":"data01","type":"DataImage"}
          """),
      .waiting(
        "image:submit",
        "Validates the request, checks it against the cloud and sends it once; run again, it finds the job instead.",
        parameters: [HostParameter("options", ImsRecords.submitOptions, "how to submit", optional: true)],
        returns: [HostParameter("job", .object("ims.Job"), "poll it or wait for it")], since: "0.1"
      ) { arguments in
        guard let image = arguments.receiver as? ImageObject else { return [] }
        let options = try SubmissionReader(ims: image.ims).options(arguments[0])
        let job = try await image.ims.attempt(.submit) { service in
          guard let file = image.file else { return try await service.submit(image.request, options: options) }
          guard !file.deletesObject else {
            throw ScriptFailure(
              "'delete_object' waits for the image, image:submit does not",
              hint: "use ims.import or ims.import_all, or delete the object with obs.delete after job:wait")
          }
          return try await service.submitFile(
            file.upload(for: image.ims.context), as: image.request, options: options)
        }
        image.ims.context.rehearsal?.submitted(job)
        return [image.ims.job(job)]
      }.documented(
        raises: ImsRecords.submitErrors + ImsRecords.cloudErrors,
        example: """
          local ims = require "ims"

          local image = ims.data_image { name = "submit01", image_url = "ims-image:data01.zvhd2", min_disk = 20 }
          local job = image:submit()
          print(job.id, job:wait().status)  --> …  SUCCESS
          """),
    ]
  }

  /// The fields that `with` takes: those of a request, each also as json.null.
  private static let changeable = LuaType.record(
    LuaRecord(
      "ims.ChangedFields", "Fields of a request to change; `json.null` removes one.",
      fields: RequestField.allCases.map {
        HostParameter(
          $0.rawValue, .union([ImsTypes.type($0), .object("json.Marker")]), $0.summary, optional: true)
      }))
}
