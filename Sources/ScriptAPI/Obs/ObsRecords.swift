import CloudAccess
import Foundation
import LuaHost
import ObjectStorage

/// The tables that `obs` takes and gives, field by field.
enum ObsRecords {
  private static func optional(_ name: String, _ type: LuaType, _ docs: String) -> HostParameter {
    HostParameter(name, type, docs, optional: true)
  }

  // MARK: Options

  static let listOptions = LuaType.record(
    LuaRecord(
      "obs.ListOptions", "Which objects to list.",
      fields: [optional("prefix", .string, "only keys that begin with this")]))

  static let readOptions = LuaType.record(
    LuaRecord(
      "obs.ReadOptions", "Which bytes to read.",
      fields: [
        optional("offset", .size, "where to begin; 0 by default"),
        optional("count", .size, "how many at most; to the end by default"),
      ]))

  static let uploadOptions = LuaType.record(
    LuaRecord(
      "obs.UploadOptions", "How to upload.",
      fields: [
        optional(
          "on_progress", .callback(LuaSignature([HostParameter("progress", progress, "how far it is")])),
          "called with the progress a few times a second"),
        optional("overwrite", .boolean, "replace an object that is there already with other content"),
        optional("limit_rate", .size, "the most bytes a second"),
        optional(
          "parallel", .integer, "the most parts at a time, 1 to 64, together no more than `part_size`; 4 by default"),
        optional(
          "part_size", .size,
          "of the first part, 5MB to 5GB, those behind have a `parallel`th of it; 20MB by default, or more where 10000 parts would not do"
        ),
        optional("storage_class", .string, "such as STANDARD or WARM; the bucket's by default"),
      ]))

  // MARK: Answers

  static let object = LuaType.record(
    LuaRecord(
      "obs.Object", "What the store tells about an object.",
      fields: [
        HostParameter("bucket", .string, "where it lies"), HostParameter("key", .string, "its name there"),
        HostParameter("size", .integer, "bytes"),
        optional("etag", .string, "the entity tag without quotes: the MD5 of an object that was uploaded in one piece"),
        optional("last_modified", .string, "UTC, ISO 8601"),
        HostParameter("storage_class", .string, "such as STANDARD, WARM or COLD"),
        optional("encryption", .string, "the kind of server-side encryption; only obs.head tells"),
        optional("restore", .string, "how an archived object's restoration stands"),
      ]))

  static let bucket = LuaType.record(
    LuaRecord(
      "obs.Bucket", "What the store tells about a bucket.",
      fields: [
        HostParameter("name", .string, "its name"), optional("region", .string, "where it lives"),
        HostParameter("storage_class", .string, "the class that new objects get"),
        HostParameter("file_system", .boolean, "whether it is a parallel file system"),
      ]))

  static let progress = LuaType.record(
    LuaRecord(
      "obs.UploadProgress", "How far an upload is; sizes are bytes.",
      fields: [
        HostParameter("done_bytes", .integer, "stored or on their way, those of earlier runs included"),
        HostParameter("stored_bytes", .integer, "certainly stored"),
        HostParameter("stored_parts", .integer, "how many parts are stored"),
        HostParameter("parallel", .integer, "how many parts are under way"),
        optional("size", .integer, "of the whole, where it is known"),
        optional("fraction", .number, "from 0 to 1, where the size is known"),
        optional("bytes_per_second", .integer, "over the last seconds"),
        optional("remaining_seconds", .number, "at this rate"),
      ]))

  static let uploadResult = LuaType.record(
    LuaRecord(
      "obs.UploadResult", "An upload that is done; sizes are bytes.",
      fields: [
        HostParameter("bucket", .string, "where it lies"), HostParameter("key", .string, "its name there"),
        HostParameter("size", .integer, "of the object"), optional("etag", .string, "the entity tag without quotes"),
        HostParameter("parts", .integer, "how many parts it has; 0 where it went in one piece"),
        HostParameter("sent_bytes", .integer, "by this run, those sent again included"),
        HostParameter("resumed_bytes", .integer, "stored by earlier runs"),
        HostParameter("was_there", .boolean, "whether the same object was there already, so that nothing was sent"),
        HostParameter("seconds", .number, "how long it took"),
      ]))

  static func value(_ object: ObjectInfo) -> LuaValue {
    var members: [String: JSONValue] = [
      "bucket": .string(object.bucket), "key": .string(object.key), "size": .integer(Int64(clamping: object.size)),
      "storage_class": .string(object.storageClass.rawValue),
    ]
    members["etag"] = object.etag.map(JSONValue.string)
    members["last_modified"] = object.lastModified.map { .string(Timestamp.iso8601($0)) }
    members["encryption"] = object.encryption.map(JSONValue.string)
    members["restore"] = object.restore.map(JSONValue.string)
    return LuaJSON.value(.object(members))
  }

  static func value(_ bucket: BucketInfo) -> LuaValue {
    var members: [String: JSONValue] = [
      "name": .string(bucket.name), "storage_class": .string(bucket.storageClass.rawValue),
      "file_system": .bool(bucket.isFileSystem),
    ]
    members["region"] = bucket.region.map(JSONValue.string)
    return LuaJSON.value(.object(members))
  }

  // MARK: Errors

  static let bucketErrors = [
    RaisedError("not_found", "there is no such bucket"),
    RaisedError("validation", "the bucket lives in another region; the message names its endpoint"),
    RaisedError("argument", "the name cannot be one"),
  ]

  static let objectErrors = [
    RaisedError("not_found", "there is no such object or bucket"),
    RaisedError("conflict", "the object is archived, or was replaced meanwhile"),
    RaisedError("argument", "the name cannot be one"),
  ]
}
