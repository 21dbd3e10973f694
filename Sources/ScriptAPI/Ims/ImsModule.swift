import CloudAccess
import ImageImport
import LuaHost

/// The script module `ims`: requests, submitting, waiting, queries.
final class ImsModule: Sendable {
  let context: ScriptContext

  init(context: ScriptContext) { self.context = context }

  static func make(_ context: ScriptContext) -> HostModule {
    let ims = ImsModule(context: context)
    return HostModule(
      "ims", "Private images: build a request, check it, import it, ask for images.",
      functions: ims.builders + ims.imports + ims.queries,
      types: [
        ImageObject.type, JobObject.type, ImageRecordObject.type, ResultsObject.type, LuaIterator.type,
      ])
  }

  /// The rules of the chosen cloud's dialect; needs no connection.
  var rules: RuleSet { RuleSet(dialect: context.cloud.dialect) }

  /// What the rules and the plugins find in a request.
  func report(_ request: ImportRequest) async throws -> ValidationReport {
    do {
      return try await context.hooks.validate(request, by: rules).report
    } catch let error as ImportError {
      throw ImsFailure(error, self)
    }
  }

  /// Does something with the cloud, if the script may, connecting on first use; errors come out as scripts see them.
  func attempt<Result: Sendable>(
    _ use: AccessNeed.ImageUse, _ body: (ImportService) async throws -> Result
  ) async throws -> Result {
    try context.access.check(.images(use))
    do {
      return try await body(try await context.cloud.service())
    } catch {
      throw failure(error)
    }
  }

  /// An error as scripts see it. Not part of its callers, whose frames ten thousand waits keep.
  @inline(never)
  private func failure(_ error: any Error) -> any Error {
    switch error {
    case let error as ImportError: ImsFailure(error, self)
    case let error as CloudError: ImsFailure(ImportError(error), self)
    default: error
    }
  }

  /// How an import is submitted, from a script's table of options and what the session says by itself.
  ///
  /// - Throws: an error of kind `argument` for a check that does not exist.
  func submitOptions(_ value: LuaValue) throws -> SubmitOptions {
    var options = context.submission
    guard let table = value.tableValue else { return options }
    options.key = table["key"].stringValue ?? options.key
    options.again = table["again"].boolValue ?? options.again
    options.preflight.isEnabled = table["preflight"].boolValue ?? options.preflight.isEnabled
    try change(&options.preflight, skipping: table["skip_preflight"], timeout: table["preflight_timeout"])
    switch table["on_not_found"] {
    case .string(let word): options.onNotFound = try policy(word.string)
    case .function(let function): options.onNotFound = .ask { try await Self.ask(function, about: $0) }
    default: break
    }
    return options
  }

  /// Takes a script's choice of checks and of their time limit in.
  func change(_ options: inout PreflightOptions, skipping names: LuaValue, timeout: LuaValue) throws {
    if let list = names.tableValue?.array {
      do throws(ImportError) {
        try options.skip(list.compactMap(\.stringValue))
      } catch {
        throw ImsFailure(error, self)
      }
    }
    guard let time = timeout.duration else { return }
    guard time > .zero else {
      throw ScriptFailure("the time limit of preflight must be above 0", hint: "such as \"10s\"")
    }
    options.timeout = time
  }

  private func policy(_ word: String) throws -> NotFoundPolicy {
    switch word {
    case "resubmit": return .resubmit
    case "ask":
      guard let ask = context.askAboutLostImport else {
        throw ScriptFailure(
          "on_not_found = 'ask' needs a terminal to ask on, and there is none",
          hint: "'fail' leaves the import unsettled for a later run; a function may decide")
      }
      return .ask(ask)
    default: return .fail
    }
  }

  /// What a script's function decides about an import that was not found.
  private static func ask(
    _ function: LuaFunction, about record: ImportRecord
  ) async throws -> NotFoundPolicy.Decision {
    let answer = try await function.call([HistoryModule.value(record)]).first ?? .nil
    guard let decision = answer.stringValue.flatMap(NotFoundPolicy.Decision.init(rawValue:)) else {
      throw ScriptFailure(
        "on_not_found returned \(LuaJSON.describe(answer)), expected 'fail', 'resubmit' or 'give_up'",
        hint: "'fail' leaves it unsettled, so that a later run looks again")
    }
    return decision
  }

  func image(_ request: ImportRequest, file: ImageFileChoice? = nil) -> LuaValue {
    .object(LuaObject(ImageObject(request, self, file: file), type: ImageObject.type))
  }
  func job(_ job: JobReference) -> LuaValue { .object(LuaObject(JobObject(job, self), type: JobObject.type)) }
  func record(_ record: ImageRecord) -> LuaValue {
    .object(LuaObject(ImageRecordObject(record, self), type: ImageRecordObject.type))
  }

  // MARK: Options shared by several functions

  /// The options of a waiting call, parsed.
  struct WaitOptions: Sendable {
    var timeout: Duration?
    var onProgress: LuaFunction?

    init(_ value: LuaValue) {
      guard let table = value.tableValue else { return }
      timeout = table["timeout"].duration
      if case .function(let function) = table["on_progress"] { onProgress = function }
    }

    /// What the scheduler calls at every change; a failing callback is the script's error and ends the wait.
    func observer(_ name: String?) -> (@Sendable (JobStatus) async throws -> Void)? {
      guard let onProgress else { return nil }
      return { status in
        var table = JobStatusTable.value(status).tableValue ?? LuaTable()
        if table["image_name"] == .nil { table["image_name"] = text(name) }
        _ = try await onProgress.call([.table(table)])
      }
    }
  }

  // MARK: Building requests

  private var builders: [HostFunction] {
    let result = [HostParameter("image", .object("ims.Image"), "a request, not yet sent")]
    return [
      HostFunction(
        "ims.system_image", "Builds a request for a system disk image.",
        parameters: [HostParameter("fields", ImageObject.record(.system), "the API's fields")], returns: result,
        since: "0.1"
      ) { arguments in [try self.image(.system, arguments[0])] }
      .documented(
        "The fields are the API's own; `file` and `bucket` instead of `image_url` make the image of a file on this machine. Nothing "
          + "is sent; an unknown field is an error with a suggestion.", mustUse: true,
        example: """
          local ims = require "ims"

          local image = ims.system_image {
            name       = "web01",
            image_url  = "golden-images:web01.zvhd2",
            os_version = "Ubuntu 22.04 Server 64bit",
            min_disk   = 20,
            image_tags = { team = "platform" },
          }
          print(image)  --> ims.Image(web01 from golden-images:web01.zvhd2)
          """),
      HostFunction(
        "ims.data_image", "Builds a request for a data disk image.",
        parameters: [HostParameter("fields", ImageObject.record(.data), "the API's fields")], returns: result,
        since: "0.1"
      ) { arguments in [try self.image(.data, arguments[0])] }
      .documented(
        mustUse: true,
        example: """
          local ims = require "ims"

          local image = ims.data_image { name = "data01", image_url = "obs://ims-image/data01.zvhd2", min_disk = 20 }
          print(image.kind, image.image_url)  --> data  ims-image:data01.zvhd2
          """),
      HostFunction(
        "ims.request",
        "Takes a request's JSON body as it stands, unknown fields and wrong types included, for the rules to judge.",
        parameters: [
          HostParameter("body", .map, "as the API would get it; type = 'DataImage' makes it a data disk image")
        ],
        returns: result, since: "0.1"
      ) { arguments in [self.image(ImportRequest(json: try LuaJSON.json(arguments[0], path: "")))] }
      .documented(
        mustUse: true,
        example: """
          local ims, json = require "ims", require "json"

          local image = ims.request(json.decode '{ "name": "data01", "type": "DataImage", "min_disk": "20" }')
          print(image.kind, image:validate().ok)  --> data  false
          """),
    ]
  }

  // MARK: Importing

  private var imports: [HostFunction] {
    [
      .waiting(
        "ims.import", "Validates, checks against the cloud, submits and waits; returns the result or raises why not.",
        parameters: [
          HostParameter(
            "image", .union([.object("ims.Image"), ImageObject.record(.system)]),
            "the request, or its fields; `type = \"DataImage\"` makes them those of a data disk image"),
          HostParameter("options", ImsRecords.importOptions, "how to import", optional: true),
        ],
        returns: [HostParameter("result", ImsRecords.result, "the image")], since: "0.1"
      ) { arguments in
        guard let image = try self.importable(arguments[0]) else { return [] }
        let options = WaitOptions(arguments[1])
        let submission = try self.submitOptions(arguments[1])
        let result = try await self.attempt(.submit) { service in
          try await image.run(service, submission, options)
        }
        return [ResultTable.value(result)]
      }.documented(
        "A file is brought into its bucket first, converted to ZVHD2 on the way where needed; what an earlier run has stored is not "
          + "sent again. The object stays.",
        raises: ImsRecords.submitErrors + ImsRecords.waitErrors + ImsRecords.cloudErrors,
        example: """
          local ims = require "ims"

          local image = ims.data_image { name = "import01", image_url = "ims-image:data01.zvhd2", min_disk = 20 }
          local result = ims.import(image, { timeout = "4h" })
          print(result.image_name, result.status)  --> import01  SUCCESS

          local ok, err = pcall(ims.import, image:with { image_url = "ims-image:not-there.zvhd2" })
          print(ok, err.kind, err.code)  --> false  preflight  IMG.0121
          """),
      .waiting(
        "ims.import_all", "Imports many images, some at a time; never raises for a failed one, the results tell.",
        parameters: [
          HostParameter("images", .list(.object("ims.Image")), "the requests"),
          HostParameter("options", ImsRecords.batchOptions, "how to import", optional: true),
        ],
        returns: [HostParameter("results", .object("ims.Results"), "one entry an image, in order")], since: "0.1"
      ) { arguments in
        let images = (arguments[0].tableValue?.array ?? []).compactMap(Self.image)
        let concurrency = arguments[1].tableValue?["concurrency"].integerValue ?? 8
        guard (1...40).contains(concurrency) else {
          throw ScriptFailure(
            "bad argument #2 to 'ims.import_all': 'concurrency' must be 1 to 40, got \(concurrency)",
            hint: "the service runs at most 40 image-creating tasks at a time")
        }
        let stopsOnError = arguments[1].tableValue?["stop_on_error"].boolValue ?? false
        let options = WaitOptions(arguments[1])
        let submission = try self.submitOptions(arguments[1])
        let entries = try await self.attempt(.submit) { service in
          try await BatchImport(
            service: service, concurrency: Int(concurrency), stopsOnError: stopsOnError, submission: submission,
            options: options
          ).run(images)
        }
        return [.object(LuaObject(ResultsObject(entries, self), type: ResultsObject.type))]
      }.documented(
        raises: [RaisedError("argument", "`concurrency` is out of range")] + ImsRecords.cloudErrors,
        example: """
          local ims = require "ims"

          local images = {}
          for i = 1, 3 do
            images[i] = ims.system_image {
              name = "fleet0" .. i, image_url = ("golden-images:web0%d.zvhd2"):format(i),
              os_version = "Ubuntu 22.04 Server 64bit", min_disk = 20,
            }
          end
          local results = ims.import_all(images, { concurrency = 2 })
          print(#results, results.failed_count, results[1].image.name)  --> 3  0  fleet01
          """),
      HostFunction(
        "ims.job", "Picks a job up by its id.",
        parameters: [HostParameter("id", .string, "the job id")],
        returns: [HostParameter("job", .object("ims.Job"), "poll it or wait for it")], since: "0.1"
      ) { arguments in
        let id = try Self.identifier(
          arguments[0], "a job id", of: "ims.job", hint: "job ids are 32 hexadecimal digits")
        return [self.job(JobReference(id: id))]
      }.documented(
        "Asks nothing; whether there is such a job turns out at the first `poll` or `wait`.",
        raises: [RaisedError("argument", "the id cannot be one")], mustUse: true,
        example: """
          local ims = require "ims"

          local image = ims.data_image { name = "again01", image_url = "ims-image:data01.zvhd2", min_disk = 20 }
          local id = image:submit().id        -- keep it anywhere
          print(ims.job(id):wait().status)  --> SUCCESS
          """),
    ]
  }

  /// An id that may stand in a path: an empty one would ask for the list, a path for something else.
  private static func identifier(
    _ value: LuaValue, _ what: String, of function: String, hint: String
  ) throws -> String {
    let id = (value.stringValue ?? "").trimmed
    let isWord = id.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
        || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
    guard isWord, (1...128).contains(id.utf8.count) else {
      throw ScriptFailure("bad argument #1 'id' to '\(function)': expected \(what), got '\(id.prefix(60))'", hint: hint)
    }
    return id
  }

  private static func image(_ value: LuaValue) -> ImageObject? {
    guard case .object(let object) = value else { return nil }
    return object.value as? ImageObject
  }

  /// The image of a call: one made before, or a table of fields.
  private func importable(_ value: LuaValue) throws -> ImageObject? {
    if let image = Self.image(value) { return image }
    guard let table = value.tableValue else { return nil }
    let kind: ImageKind = table["type"].stringValue == "DataImage" ? .data : .system
    return Self.image(try image(kind, value))
  }

  /// An image of a script's fields, which may name a file.
  private func image(_ kind: ImageKind, _ value: LuaValue) throws -> LuaValue {
    var fields = try ImageObject.fields(value)
    let file = try ImageFileChoice(taking: &fields, context)
    let request = ImportRequest(kind: kind, fields: fields).normalizingImageURL().normalizingImageTags()
    return image(file?.plan.completing(request) ?? request, file: file)
  }

  // MARK: Asking

  private var queries: [HostFunction] {
    [
      HostFunction(
        "ims.images", "The images that match, one a turn of the loop; pages are fetched as needed.",
        parameters: [
          HostParameter("filter", ImageFilter.record, "all must match; private images by default", optional: true)
        ],
        returns: [
          HostParameter(
            "iterator", .iterator([HostParameter("record", .object("ims.Record"), "an image")]),
            "for record in ims.images{…} do")
        ], since: "0.1"
      ) { arguments in
        let query = try ImageFilter.query(arguments[0])
        let pages = ImagePages(query: query, ims: self)
        return [
          LuaIterator.value {
            guard let next = try await pages.next() else { return [.nil] }
            return [self.record(next)]
          }
        ]
      }.documented(
        "The loop waits for pages, so other tasks go on.",
        raises: [RaisedError("argument", "a filter is malformed")] + ImsRecords.cloudErrors, mustUse: true,
        example: """
          local ims = require "ims"

          local count = 0
          for record in ims.images { status = "active", sort_key = "name", sort_dir = "asc" } do count = count + 1 end
          print(count > 0)  --> true
          """),
      .waiting(
        "ims.image", "One image by its id.",
        parameters: [HostParameter("id", .string, "the image's UUID")],
        returns: [HostParameter("record", .object("ims.Record"), "the image")], since: "0.1"
      ) { arguments in
        let id = try Self.identifier(arguments[0], "an image id", of: "ims.image", hint: "image ids are UUIDs")
        return [self.record(try await self.attempt(.read) { try await $0.client.image(id) })]
      }.documented(
        raises: [RaisedError("not_found", "there is no such image"), RaisedError("argument", "the id cannot be one")]
          + ImsRecords.cloudErrors, mustUse: true,
        example: """
          local ims = require "ims"

          local ok, err = pcall(ims.image, "3b2f4404-6407-44a6-99a5-ebc5b6f6de6f")
          print(ok, err.kind)  --> false  not_found
          """),
      .waiting(
        "ims.quota", "How many private images are used and allowed.",
        returns: [HostParameter("quota", ImsRecords.quota, "of private images")], since: "0.1"
      ) { _ in [LuaJSON.value(try await self.attempt(.read) { try await $0.client.quota().json })] }
      .documented(
        raises: ImsRecords.cloudErrors, mustUse: true,
        example: """
          local ims = require "ims"

          local quota = ims.quota()
          print(quota.used + quota.free == quota.quota)  --> true
          """),
    ]
  }
}

extension String {
  /// The text without white space at its ends.
  var trimmed: String {
    var slice = self[...]
    while slice.first?.isWhitespace == true { slice.removeFirst() }
    while slice.last?.isWhitespace == true { slice.removeLast() }
    return String(slice)
  }
}
