import CloudAccess
import LuaHost

/// The cloud of a case as its script holds it: `test.Cloud`.
public enum TestCloudObject {
  /// The value that a case is called with.
  public static func value(_ cloud: any TestCloud) -> LuaValue { .object(LuaObject(cloud, type: type)) }

  static let type = ObjectType(
    "test.Cloud",
    "The local cloud of a test case. It is real: clients reach it over HTTP, and jobs read the image files.",
    fields: [
      list("images", imageRecord, "every image, also those no list shows yet") { $0.images },
      list("jobs", jobRecord, "every job, oldest first") { $0.jobs },
      list("faults", .table, "the faults that are set, with `seen` and `struck`") { $0.faults },
      ObjectField("requests", .map, "how many calls of each kind came, such as `requests.submit`") { object in
        guard let cloud = object as? any TestCloud else { return .nil }
        return .record(cloud.requests.map { ($0.call, .integer(Int64($0.count))) })
      },
    ],
    methods: [
      HostFunction(
        "cloud:fault", "Sets one fault or several.",
        parameters: [
          HostParameter(
            "fault", .union([.string, .table]), "the text form, a table with its names, or an array of both")
        ], since: "0.1"
      ) { arguments in
        try cloud(arguments).add(faults: LuaJSON.json(arguments[0], path: ""))
        return []
      }.documented(
        "The forms are those of [the local cloud](../local-cloud.md#faults).",
        raises: [RaisedError("argument", "there is no such fault")],
        example: """
          local ims, test = require "ims", require "test"

          test.case("a lost answer does not make a second image", function(cloud)
            cloud:put_object { bucket = "images", key = "web.zvhd2" }
            cloud:fault "reply_lost_after:submit:count=1"
            local request = ims.data_image { name = "once", image_url = "images:web.zvhd2", min_disk = 20 }
            pcall(ims.import, request)
            test.equal(#cloud.images, 1)
          end)
          """),
      HostFunction("cloud:clear_faults", "Takes all faults back.", since: "0.1") { arguments in
        try cloud(arguments).removeFaults()
        return []
      }.documented(
        example: """
          local ims, test = require "ims", require "test"

          test.case("the service comes back", function(cloud)
            cloud:fault "status=503:quota"
            test.raises(ims.quota, { status = 503 })
            cloud:clear_faults()
            test.equal(ims.quota().used, 0)
          end)
          """),
      HostFunction(
        "cloud:set", "Sets a switch of the cloud.",
        parameters: [
          HostParameter("name", .string, "the switch"), HostParameter("value", .any, "its value"),
        ], since: "0.1"
      ) { arguments in
        try cloud(arguments).set(arguments.string(0) ?? "", LuaJSON.json(arguments[1], path: "value"))
        return []
      }.documented(
        "The names are those of [the local cloud](../local-cloud.md#switches).",
        raises: [RaisedError("argument", "there is no such switch, or it has no such value")],
        example: """
          local ims, test = require "ims", require "test"

          test.case("the quota is used up", function(cloud)
            cloud:set("image_quota", 0)
            test.equal(ims.quota().quota, 0)
          end)
          """),
      HostFunction(
        "cloud:advance", "Lets the cloud's time jump ahead; the script's own clock stays where it is.",
        parameters: [HostParameter("duration", .duration, "such as \"2h\", or a number of seconds")], since: "0.1"
      ) { arguments in
        try cloud(arguments).advance(by: arguments.duration(0) ?? .zero)
        return []
      }.documented(
        "`task.sleep` lets the time of both pass.",
        example: """
          local ims, test = require "ims", require "test"

          test.case("a job that is long over", function(cloud)
            cloud:put_object { bucket = "images", key = "web.zvhd2" }
            local job = ims.data_image { name = "web", image_url = "images:web.zvhd2", min_disk = 20 }:submit()
            cloud:advance "2h"
            test.equal(job:poll().status, "SUCCESS")
          end)
          """),
      HostFunction(
        "cloud:put_object", "Puts an object into a bucket, which is made when missing.",
        parameters: [HostParameter("object", objectRecord, "what, and where")], since: "0.1"
      ) { arguments in
        let cloud = try cloud(arguments)
        let (bucket, key) = (
          arguments.field(0, "bucket").stringValue ?? "", arguments.field(0, "key").stringValue ?? ""
        )
        try cloud.put(content(arguments), bucket: bucket, key: key)
        return []
      }.documented(
        "Without `data` and `path` it is an image file with a sparse disk of `size` inside, as `slipway convert` would make it.",
        raises: [
          RaisedError("argument", "bucket or key cannot be, or the content is given twice"),
          RaisedError("not_found", "there is no file at `path`"),
        ],
        example: """
          local test = require "test"

          test.case("objects", function(cloud)
            cloud:put_object { bucket = "images", key = "small.zvhd2" }
            cloud:put_object { bucket = "images", key = "large.zvhd2", size = "500GB" }
            cloud:put_object { bucket = "images", key = "plain.raw", format = "raw", size = "1GB" }
            cloud:put_object { bucket = "images", key = "plain.mf", data = "bitmap" }
          end)
          """),
    ],
    description: { _ in "test.Cloud" })

  private static let imageRecord = LuaType.record(
    LuaRecord(
      "test.CloudImage", "An image as the cloud keeps it.",
      fields: [
        HostParameter("id", .string, "its id"), HostParameter("name", .string, "its name"),
        HostParameter("status", .string, "queued, saving, active or killed"),
        HostParameter("source", .string, "bucket:key it was imported from"),
        HostParameter("created", .string, "when, in cloud time"),
        HostParameter("tags", .list(.string), "key=value each"),
      ]))

  private static let jobRecord = LuaType.record(
    LuaRecord(
      "test.CloudJob", "A job as the cloud keeps it.",
      fields: [
        HostParameter("id", .string, "its id"), HostParameter("status", .string, "INIT, RUNNING, SUCCESS or FAIL"),
        HostParameter("image_id", .string, "the image it makes"), HostParameter("image_name", .string, "its name"),
        HostParameter("created", .string, "when, in cloud time"),
      ]))

  private static let objectRecord = LuaType.record(
    LuaRecord(
      "test.Object", "An object to put into a bucket.",
      fields: [
        HostParameter("bucket", .string, "the bucket"), HostParameter("key", .string, "the key"),
        HostParameter("data", .string, "its bytes", optional: true),
        HostParameter("path", .string, "a file to copy", optional: true),
        HostParameter("format", .enumeration(["zvhd2", "raw"]), "of an image file; zvhd2 by default", optional: true),
        HostParameter("size", .size, "of the disk inside; 1GB by default", optional: true),
      ]))

  private static func list(
    _ name: String, _ type: LuaType, _ docs: String, _ get: @escaping @Sendable (any TestCloud) -> [JSONValue]
  ) -> ObjectField {
    ObjectField(name, .list(type), docs) { object in
      guard let cloud = object as? any TestCloud else { return .nil }
      return .list(get(cloud).map(LuaJSON.value))
    }
  }

  private static func cloud(_ arguments: HostArguments) throws -> any TestCloud {
    guard let cloud = arguments.receiver as? any TestCloud else {
      throw ScriptFailure("'\(arguments.functionName)' was called on the wrong kind of object; call it with ':'")
    }
    return cloud
  }

  private static func content(_ arguments: HostArguments) throws -> TestObject {
    let (data, path) = (arguments.field(0, "data"), arguments.field(0, "path"))
    let (format, size) = (arguments.field(0, "format"), arguments.field(0, "size"))
    let ways = [!data.isNil, !path.isNil, !format.isNil || !size.isNil].count { $0 }
    guard ways <= 1 else {
      throw ScriptFailure(
        "cloud:put_object: the content is given twice", hint: "give data, or path, or format and size of an image")
    }
    if let bytes = data.bytesValue { return .bytes(bytes) }
    if let path = path.stringValue { return .file(path) }
    return .image(format: format.stringValue ?? "zvhd2", size: size.size ?? 1 << 30)
  }
}
