import CloudAccess
import DiskImages
import ImageImport
import LuaHost
import ObjectStorage

/// The script module `obs`: buckets and objects.
final class ObsModule: Sendable {
  /// The most `obs.read` gives at once: scripts read manifests, not disk images.
  static let largestRead: UInt64 = 64 << 20

  let context: ScriptContext
  private let ims: ImsModule

  init(context: ScriptContext) {
    self.context = context
    ims = ImsModule(context: context)
  }

  static func make(_ context: ScriptContext) -> HostModule {
    let obs = ObsModule(context: context)
    return HostModule(
      "obs", "Object storage: look into buckets, inspect image files without fetching them, upload.",
      functions: obs.questions + obs.changes)
  }

  /// Does something with object storage that the script is allowed to, connecting on first use; errors come out as scripts see them.
  func attempt<Result: Sendable>(
    _ need: AccessNeed, _ body: (ObjectStore) async throws -> Result
  ) async throws -> Result {
    try context.access.check(need)
    do {
      return try await body(try await ObjectStore(session: context.cloud.service().client.session))
    } catch let error as ObjectStorageError {
      throw ImsFailure(ImportError(error.cloudError), ims)
    } catch let error as CloudError {
      throw ImsFailure(ImportError(error), ims)
    } catch let error as ImportError {
      throw ImsFailure(error, ims)
    } catch let error as DiskImageError {
      throw DiskModule.failure(error)
    }
  }

  // MARK: Arguments

  private static let bucket = HostParameter("bucket", .string, "its name")
  private static let key = HostParameter("key", .string, "the object's name in the bucket")

  /// The bucket and the key of a call.
  private static func place(_ arguments: HostArguments, of function: String, first: Int = 0) throws -> ImageLocation {
    let place = ImageLocation(
      bucket: arguments[first].stringValue ?? "", key: arguments[first + 1].stringValue ?? "")
    try check(bucket: place.bucket, of: function, number: first + 1)
    guard !place.key.isEmpty, place.key.utf8.count <= 1024 else {
      throw ScriptFailure(
        "bad argument #\(first + 2) 'key' to '\(function)': expected 1 to 1024 bytes, got \(place.key.utf8.count)")
    }
    return place
  }

  /// A name that would lead to another address than a bucket's is no name.
  private static func check(bucket: String, of function: String, number: Int = 1) throws {
    let isName = bucket.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
        || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
    guard isName, (1...255).contains(bucket.utf8.count) else {
      throw ScriptFailure(
        "bad argument #\(number) 'bucket' to '\(function)': expected a bucket's name, got '\(bucket.prefix(60))'",
        hint: "only the name, without obs:// and without a key")
    }
  }

  // MARK: Asking

  private var questions: [HostFunction] { [list, head, exists, bucketFacts, inspect, read] }

  private var list: HostFunction {
    HostFunction(
      "obs.list", "The objects of a bucket, one a turn of the loop; pages are fetched as needed.",
      parameters: [Self.bucket, HostParameter("options", ObsRecords.listOptions, "which objects", optional: true)],
      returns: [
        HostParameter(
          "iterator", .iterator([HostParameter("object", ObsRecords.object, "an object")]),
          "for object in obs.list(…) do")
      ], since: "0.2"
    ) { arguments in
      let bucket = arguments[0].stringValue ?? ""
      try Self.check(bucket: bucket, of: "obs.list")
      try self.context.access.check(.readObjects(bucket: bucket))
      let pages = ObsPages(bucket: bucket, prefix: arguments[1].tableValue?["prefix"].stringValue ?? "", obs: self)
      return [
        LuaIterator.value {
          guard let next = try await pages.next() else { return [.nil] }
          return [ObsRecords.value(next)]
        }
      ]
    }.documented(
      "In the order of the keys' bytes. The loop waits for pages of 1000, so other tasks go on.",
      raises: ObsRecords.bucketErrors + ImsRecords.cloudErrors, mustUse: true,
      example: """
        local obs = require "obs"

        for object in obs.list("golden-images", { prefix = "web0" }) do
          print(object.key, object.size > 0)  --> web01.zvhd2  true
          break
        end
        """)
  }

  private var head: HostFunction {
    .waiting(
      "obs.head", "What the store tells about an object without sending it.", parameters: [Self.bucket, Self.key],
      returns: [HostParameter("object", ObsRecords.object, "its facts")], since: "0.2"
    ) { arguments in
      let place = try Self.place(arguments, of: "obs.head")
      return [
        ObsRecords.value(
          try await self.attempt(.readObjects(bucket: place.bucket)) {
            try await $0.headObject(bucket: place.bucket, key: place.key)
          })
      ]
    }.documented(
      raises: ObsRecords.objectErrors + ImsRecords.cloudErrors, mustUse: true,
      example: """
        local obs = require "obs"

        print(obs.head("ims-image", "data01.zvhd2").storage_class)  --> STANDARD
        local ok, err = pcall(obs.head, "ims-image", "nothing.zvhd2")
        print(ok, err.kind, err.code)  --> false  not_found  NoSuchKey
        """)
  }

  private var exists: HostFunction {
    .waiting(
      "obs.exists", "Whether an object is there.", parameters: [Self.bucket, Self.key],
      returns: [HostParameter("exists", .boolean, "true when it is")], since: "0.2"
    ) { arguments in
      let place = try Self.place(arguments, of: "obs.exists")
      let isThere = try await self.attempt(.readObjects(bucket: place.bucket)) { store in
        do {
          _ = try await store.headObject(bucket: place.bucket, key: place.key)
          return true
        } catch let error as ObjectStorageError where error.cloudError.code == "NoSuchKey" {
          return false
        }
      }
      return [.boolean(isThere)]
    }.documented(
      "Answers to such questions do not say whether the bucket is missing or the object: both are false.",
      raises: ImsRecords.cloudErrors, mustUse: true,
      example: """
        local obs = require "obs"

        print(obs.exists("ims-image", "data01.zvhd2"), obs.exists("ims-image", "nothing"))  --> true  false
        """)
  }

  private var bucketFacts: HostFunction {
    .waiting(
      "obs.bucket", "What the store tells about a bucket.", parameters: [Self.bucket],
      returns: [HostParameter("bucket", ObsRecords.bucket, "its facts")], since: "0.2"
    ) { arguments in
      let bucket = arguments[0].stringValue ?? ""
      try Self.check(bucket: bucket, of: "obs.bucket")
      return [
        ObsRecords.value(try await self.attempt(.readObjects(bucket: bucket)) { try await $0.headBucket(bucket) })
      ]
    }.documented(
      raises: ObsRecords.bucketErrors + ImsRecords.cloudErrors, mustUse: true,
      example: """
        local obs = require "obs"

        print(obs.bucket("ims-image").storage_class)  --> STANDARD
        """)
  }

  private var inspect: HostFunction {
    .waiting(
      "obs.inspect", "What an image file in a bucket is, from its headers, and whether it can be imported.",
      parameters: [
        Self.bucket, Self.key,
        HostParameter("options", DiskModule.inspectOptions(isOn: false), "what to look for", optional: true),
      ],
      returns: [HostParameter("inspection", DiskModule.inspection, "what was found")], since: "0.2"
    ) { arguments in
      let place = try Self.place(arguments, of: "obs.inspect")
      let looks = arguments[2].tableValue?["operating_system"].boolValue ?? false
      return [
        DiskModule.value(
          try await self.attempt(.readObjects(bucket: place.bucket)) {
            try await $0.inspect(bucket: place.bucket, key: place.key, lookingForSystem: looks)
          }.inspection, self.context)
      ]
    }.documented(
      """
      Reads kilobytes by range, whatever the size of the object; up to some megabytes where the operating system is looked for, \
      since blocks of ZVHD2 are read from their start. What is wrong with the image is in `findings` and raises nothing.
      """,
      raises: ObsRecords.objectErrors + ImsRecords.cloudErrors, mustUse: true,
      example: """
        local obs = require "obs"

        local found = obs.inspect("ims-image", "data01.zvhd2")
        print(found.format, found.importable)  --> zvhd2  true
        local system = obs.inspect("golden-images", "ubuntu-2204.zvhd2", { operating_system = true })
        local version = system.suggested_os_version
        if version then print(version.value) end  --> Ubuntu 22.04 Server 64bit
        """)
  }

  private var read: HostFunction {
    .waiting(
      "obs.read", "The bytes of an object, or some of them.",
      parameters: [
        Self.bucket, Self.key, HostParameter("options", ObsRecords.readOptions, "which bytes", optional: true),
      ],
      returns: [HostParameter("content", .string, "its bytes")], since: "0.2"
    ) { arguments in
      let place = try Self.place(arguments, of: "obs.read")
      let options = arguments[2].tableValue
      let offset = options?["offset"].size ?? 0
      let count = options?["count"].size
      guard (count ?? 0) <= Self.largestRead, offset <= 1 << 50 else { throw Self.tooLarge(place) }
      let bytes = try await self.attempt(.readObjects(bucket: place.bucket)) { store -> [UInt8] in
        let object = try await store.headObject(bucket: place.bucket, key: place.key)
        let rest = object.size - min(offset, object.size)
        let wanted = min(count ?? rest, rest)
        guard wanted <= Self.largestRead else { throw Self.tooLarge(place) }
        return try await store.read(
          bucket: place.bucket, key: place.key, offset: offset, count: Int(wanted), etag: object.etag)
      }
      return [.string(LuaString(bytes: bytes))]
    }.documented(
      "For manifests, not for disk images: at most 64 MB.",
      raises: ObsRecords.objectErrors + [RaisedError("argument", "more than 64 MB are asked for")]
        + ImsRecords.cloudErrors, mustUse: true,
      example: """
        local obs = require "obs"

        print(obs.read("ims-image", "data01.zvhd2", { count = 6 }))  --> z2strm
        """)
  }

  private static func tooLarge(_ place: ImageLocation) -> ScriptFailure {
    ScriptFailure(
      "'\(place)' is read at most \(largestRead >> 20) MB at a time", hint: "give offset and count")
  }

  // MARK: Changing

  private var changes: [HostFunction] { [upload, delete] }

  private var upload: HostFunction {
    .waiting(
      "obs.upload", "Uploads a file, in parts that are remembered.",
      parameters: [
        HostParameter("path", .string, "relative paths start at the working directory"), Self.bucket, Self.key,
        HostParameter("options", ObsRecords.uploadOptions, "how to upload", optional: true),
      ],
      returns: [HostParameter("result", ObsRecords.uploadResult, "what became of it")], since: "0.2"
    ) { arguments in
      let path = try self.context.file(arguments[0].stringValue ?? "")
      let place = try Self.place(arguments, of: "obs.upload", first: 1)
      var options = try Self.uploadOptions(arguments[3])
      options.recordDirectory = self.context.uploadsDirectory
      var onProgress: LuaFunction?
      if case .function(let function)? = arguments[3].tableValue?["on_progress"] { onProgress = function }
      let choices = options
      let result = try await self.attempt(.writeObjects(bucket: place.bucket)) { store in
        if let rehearsal = self.context.rehearsal {
          let source = try self.source(path)
          return try await rehearsal.uploading(
            RehearsedUpload(
              path: path, size: source.sizeBound, location: place, overwrites: choices.existing == .replace),
            to: store)
        }
        return try await ObsUpload.run(
          try self.source(path), to: place, store: store, options: choices, onProgress: onProgress)
      }
      return [LuaJSON.value(result.json)]
    }.documented(
      """
      A killed upload goes on where it was when the same call is made again. An object that is there already with the \
      same content is left as it is; one with other content is an error unless `overwrite` is set.
      """,
      raises: [
        RaisedError("not_found", "there is no such file, or no such bucket"),
        RaisedError("conflict", "another object is there already, another process uploads to it, or the file changed"),
        RaisedError("validation", "the file cannot be read, or the parts do not do for its size"),
        RaisedError("argument", "an option is out of range"),
      ] + ImsRecords.cloudErrors,
      example: """
        local obs = require "obs"

        local result = obs.upload("lua/examples/fleet.csv", "ims-image", "manifests/fleet.csv", {
          overwrite = true, limit_rate = "50MB", on_progress = function(progress) assert(progress.fraction <= 1) end,
        })
        print(result.size == #obs.read("ims-image", "manifests/fleet.csv"))  --> true
        """)
  }

  /// The file to upload; what is allowed or not is the file that was opened in the end.
  private func source(_ path: String) throws -> FileUploadSource {
    try OpenFile.check(path, context.access)
    let source = try FileUploadSource(path: path)
    guard context.access.confinesFiles else { return source }
    guard let opened = source.withDescriptor(RealPath.of(descriptor:)) else {
      throw ScriptFailure(kind: "permission", "the file cannot be told from others", hint: "is /proc there?")
    }
    try context.access.check(.readFile(opened))
    return source
  }

  private static func uploadOptions(_ value: LuaValue) throws -> UploadOptions {
    var options = UploadOptions()
    guard let table = value.tableValue else { return options }
    func refused(_ name: String, _ expected: String) -> ScriptFailure {
      ScriptFailure(
        "bad argument #4 to 'obs.upload': '\(name)' must be \(expected), got \(LuaJSON.describe(table[name]))")
    }
    if table["parallel"] != .nil {
      guard let parallel = table["parallel"].integerValue, (1...64).contains(parallel) else {
        throw refused("parallel", "1 to 64")
      }
      options.parallel = Int(parallel)
    }
    if table["limit_rate"] != .nil {
      guard let rate = table["limit_rate"].size, rate >= 1024 else { throw refused("limit_rate", "at least 1KB") }
      options.rateLimit = rate
    }
    if table["part_size"] != .nil {
      guard let size = table["part_size"].size, (PartPlan.leastSize...PartPlan.greatestSize).contains(size) else {
        throw refused("part_size", "from 5MB to 5GB")
      }
      options.partSize = size
    }
    if table["overwrite"].boolValue == true { options.existing = .replace }
    options.storageClass = table["storage_class"].stringValue.map { StorageClass(rawValue: $0) }
    return options
  }

  private var delete: HostFunction {
    .waiting(
      "obs.delete", "Removes an object; one that is not there is removed already.",
      parameters: [Self.bucket, Self.key],
      since: "0.2"
    ) { arguments in
      let place = try Self.place(arguments, of: "obs.delete")
      try await self.attempt(.writeObjects(bucket: place.bucket)) {
        try await $0.delete(bucket: place.bucket, key: place.key)
      }
      return []
    }.documented(
      raises: ObsRecords.bucketErrors + ImsRecords.cloudErrors,
      example: """
        local obs = require "obs"

        obs.upload("lua/examples/fleet.csv", "ims-image", "brief.csv")
        obs.delete("ims-image", "brief.csv")
        print(obs.exists("ims-image", "brief.csv"))  --> false
        """)
  }
}
