import CloudAccess
import ImageImport
import LuaHost

/// A request as a script holds it: `ims.Image`.
///
/// It is a value: `with` gives a changed copy, nothing changes in place, so that a request submitted is the request shown.
final class ImageObject: Sendable {
  let request: ImportRequest
  let ims: ImsModule

  init(_ request: ImportRequest, _ ims: ImsModule) {
    self.request = request
    self.ims = ims
  }

  /// Fields that belong to other calls of the service: taken here so that the rules can say what is wrong with them.
  static let foreignFields = ["cmk_id", "is_config", "min_ram", "max_ram", "data_images", "is_quick_import"]

  /// The parameters of a request's table, by form.
  static func record(_ kind: ImageKind) -> LuaType {
    let fields = RequestField.allCases.map { field in
      HostParameter(field.rawValue, luaType(field), field.summary, optional: true)
    }
    return .record(
      fields + foreignFields.map { HostParameter($0, .any, "not a field of quick import", optional: true) })
  }

  private static func luaType(_ field: RequestField) -> LuaType {
    switch field {
    case .minDisk: .integer
    case .tags: .list(.string)
    case .imageTags: .union([.map, .list(.map)])
    default: .string
    }
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
      ObjectField(field.rawValue, luaType(field), field.summary) { object in
        (object as? ImageObject)?.request[field].map(LuaJSON.value) ?? .nil
      }
    }
    return ObjectType(
      "ims.Image", "A request for an image, not yet sent.",
      fields: fields + [
        ObjectField("kind", .enumeration(["system", "data"]), "which form the request has") { object in
          (object as? ImageObject).map { .string(LuaString($0.request.kind.rawValue)) } ?? .nil
        }
      ],
      methods: methods,
      description: { object in
        guard let request = (object as? ImageObject)?.request else { return "ims.Image" }
        return "ims.Image(\(request.name ?? "unnamed") from \(request.imageURL ?? "nowhere"))"
      })
  }()

  private static var methods: [HostFunction] {
    [
      HostFunction(
        "image:validate", "Every rule that needs no network; never stops at the first finding.",
        returns: [
          HostParameter(
            "report", .map, "ok, findings, errors, warnings; a finding has field, rule, code, severity, message, hint")
        ], since: "0.1"
      ) { arguments in
        guard let image = arguments.receiver as? ImageObject else { return [] }
        return [ImsReport.value(image.ims.rules.report(for: image.request))]
      },
      HostFunction(
        "image:with", "The same request with some fields changed.",
        parameters: [HostParameter("changes", .record(changeable), "the fields to change; json.null removes one")],
        returns: [HostParameter("image", .object("ims.Image"), "a new request")], since: "0.1"
      ) { arguments in
        guard let image = arguments.receiver as? ImageObject else { return [] }
        let changed = image.request.with(try fields(arguments[0])).normalizingImageURL().normalizingImageTags()
        return [image.ims.image(changed)]
      },
      HostFunction(
        "image:to_table", "The request's body as the API takes it, as a table for json.encode.",
        returns: [HostParameter("body", .map, "the API's own field names")], since: "0.1"
      ) { arguments in
        guard let image = arguments.receiver as? ImageObject else { return [] }
        return [LuaJSON.value(image.request.jsonValue)]
      },
      .waiting(
        "image:submit", "Validates the request and sends it once; run again, it finds the job instead of sending.",
        parameters: [
          HostParameter(
            "options", .record([ImsModule.keyOption] + ImsModule.sendingOptions), "how to submit", optional: true)
        ],
        returns: [HostParameter("job", .object("ims.Job"), "poll it or wait for it")], since: "0.1"
      ) { arguments in
        guard let image = arguments.receiver as? ImageObject else { return [] }
        let options = image.ims.submitOptions(arguments[0])
        let job = try await image.ims.attempt { try await $0.submit(image.request, options: options) }
        return [image.ims.job(job)]
      },
    ]
  }

  /// The fields that `with` takes: those of a request, each also as json.null.
  private static var changeable: [HostParameter] {
    RequestField.allCases.map {
      HostParameter($0.rawValue, .union([luaType($0), .object("json.Marker")]), $0.summary, optional: true)
    }
  }
}
