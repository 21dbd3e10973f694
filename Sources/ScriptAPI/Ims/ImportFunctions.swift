import ImageImport
import LuaHost

/// The functions of `ims` that import, and pick a job up again.
struct ImportFunctions {
  let ims: ImsModule

  var all: [HostFunction] {
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
        guard let image = try importable(arguments[0]) else { return [] }
        let options = WaitOptions(arguments[1])
        let submission = try SubmissionReader(ims: ims).options(arguments[1])
        let result = try await ims.attempt(.submit) { service in
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
        let images = (arguments[0].tableValue?.array ?? []).compactMap(ImsModule.image)
        let concurrency = arguments[1].tableValue?["concurrency"].integerValue ?? 8
        guard (1...40).contains(concurrency) else {
          throw ScriptFailure(
            "bad argument #2 to 'ims.import_all': 'concurrency' must be 1 to 40, got \(concurrency)",
            hint: "the service runs at most 40 image-creating tasks at a time")
        }
        let stopsOnError = arguments[1].tableValue?["stop_on_error"].boolValue ?? false
        let options = WaitOptions(arguments[1])
        let submission = try SubmissionReader(ims: ims).options(arguments[1])
        let entries = try await ims.attempt(.submit) { service in
          try await BatchImport(
            service: service, concurrency: Int(concurrency), stopsOnError: stopsOnError, submission: submission,
            options: options
          ).run(images)
        }
        return [.object(LuaObject(ResultsObject(entries, ims), type: ResultsObject.type))]
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
        let id = try Identifier.read(
          arguments[0], "a job id", of: "ims.job", hint: "job ids are 32 hexadecimal digits")
        return [ims.job(JobReference(id: id))]
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

  /// The image of a call: one made before, or a table of fields.
  private func importable(_ value: LuaValue) throws -> ImageObject? {
    if let image = ImsModule.image(value) { return image }
    guard let table = value.tableValue else { return nil }
    let kind: ImageKind = table["type"].stringValue == "DataImage" ? .data : .system
    return ImsModule.image(try ims.image(kind, value))
  }
}
