import LuaHost

/// The tables that `ims` takes and gives, field by field.
enum ImsRecords {
  private static func optional(_ name: String, _ type: LuaType, _ docs: String) -> HostParameter {
    HostParameter(name, type, docs, optional: true)
  }

  // MARK: Options

  static let key = optional("key", .string, "names this import, so that running it again finds it")
  static let timeout = optional("timeout", .duration, "how long to wait, such as 4h; 24h by default")
  static let onProgress = optional(
    "on_progress", .callback(LuaSignature([HostParameter("status", jobStatus, "how the job stands")])),
    "called with the job's status at every change")

  static let again = optional("again", .boolean, "make a new image even if the same import was done before")
  static let onNotFound = optional(
    "on_not_found",
    .union([
      .enumeration(["fail", "resubmit", "ask"]),
      .callback(
        LuaSignature(
          [HostParameter("record", HistoryModule.record, "the import that was not found")],
          returns: [HostParameter("decision", .enumeration(["fail", "resubmit", "give_up"]), "what to do")])),
    ]),
    "when the answer got lost and no image appears: fail (default) leaves it for a later run, resubmit sends again where measurements "
      + "prove that there is none, ask asks on the terminal; a function decides")

  static let preflight = [
    optional("preflight", .boolean, "false sends without asking the cloud first whether the import can succeed"),
    optional("skip_preflight", .list(ImsTypes.check), "the checks of preflight to leave out; findings name theirs"),
    optional(
      "preflight_timeout", .duration, "after how long checks without an answer become warnings; 30s by default"),
  ]

  static let preflightOptions = LuaType.record(
    LuaRecord(
      "ims.PreflightOptions", "How to check a request against the cloud.",
      fields: [
        optional("skip", .list(ImsTypes.check), "the checks to leave out"),
        optional("timeout", .duration, "after how long checks without an answer become warnings; 30s by default"),
      ]))

  static let submitOptions = LuaType.record(
    LuaRecord("ims.SubmitOptions", "How to submit.", fields: [key, again, onNotFound] + preflight))
  static let importOptions = LuaType.record(
    LuaRecord("ims.ImportOptions", "How to import.", fields: [key, again, onNotFound, timeout, onProgress] + preflight))
  static let waitOptions = LuaType.record(
    LuaRecord("ims.WaitOptions", "How to wait for a job.", fields: [timeout, onProgress]))
  static let goneOptions = LuaType.record(
    LuaRecord(
      "ims.GoneOptions", "How to wait for an image to go away.",
      fields: [optional("timeout", .duration, "how long to wait; 10m by default")]))
  static let batchOptions = LuaType.record(
    LuaRecord(
      "ims.BatchOptions", "How to import many images.",
      fields: [
        optional("concurrency", .integer, "how many at a time, 1 to 40; 8 by default"),
        optional("stop_on_error", .boolean, "start no more after the first failure"), again, onNotFound,
        timeout, onProgress,
      ] + preflight))

  // MARK: Answers

  static let jobStatus = LuaType.record(
    LuaRecord(
      "ims.JobStatus", "What a job query answered.",
      fields: [
        HostParameter("job_id", .string, "the cloud's job id"),
        HostParameter("status", ImsTypes.jobState, "how the job stands"),
        optional("job_type", .string, "what sort of job it is"),
        optional("progress", .number, "from 0 to 1, where the cloud tells"),
        optional("image_id", .string, "the image, once there is one"),
        optional("image_name", .string, "its name"),
        optional("error_code", .string, "the code of a failure, such as IMG.0121"),
        optional("fail_reason", .string, "the cloud's words about a failure"),
        optional("begin_time", .string, "UTC, ISO 8601"), optional("end_time", .string, "UTC, ISO 8601"),
        optional("entities", .map, "what else the cloud sent"),
        optional("synthetic", .boolean, "true where a dry run made it up; nil otherwise"),
      ]))

  static let drift = LuaType.record(
    LuaRecord(
      "ims.Drift", "Something an image came out with other than asked for.",
      fields: [
        HostParameter("field", .string, "the field of the request, for a tag image_tags.KEY"),
        HostParameter("expected", .any, "what was asked for"),
        HostParameter("found", .any, "what the image has; json.null for nothing"),
      ]))

  static let result = LuaType.record(
    LuaRecord(
      "ims.ImportResult", "What a finished import gave.",
      fields: [
        HostParameter("image_id", .string, "the new image's UUID"),
        optional("image_name", .string, "its name"),
        optional("job_id", .string, "the cloud's job id; nil for an adopted image"),
        HostParameter("status", ImsTypes.jobState, "how the job ended"),
        HostParameter("reused", .boolean, "whether the same import was done before"),
        HostParameter("adopted", .boolean, "whether the answer was lost and the image found by its marker or name"),
        HostParameter("drift", .list(drift), "in what the image differs from the request"),
        optional("record", .string, "its record in the ledger, for history.get and slipway jobs show"),
        optional("duration", .number, "seconds the job took, by the cloud's clock"),
        HostParameter("waited", .number, "seconds this call waited"),
        optional("warnings", .list(.string), "what was odd about the job"),
        optional("synthetic", .boolean, "true where a dry run made it up; nil otherwise"),
      ]))

  static let finding = LuaType.record(
    LuaRecord(
      "ims.Finding", "One thing a rule found in a request.",
      fields: [
        HostParameter("rule", .integer, "the rule's number in the reference; 0 for the shape of the body"),
        HostParameter("name", .string, "the rule's short name"),
        HostParameter("field", .string, "the field, with an index in a list, such as tags[2]"),
        HostParameter("severity", ImsTypes.severity, "how grave it is"),
        HostParameter("message", .string, "one sentence"),
        optional("code", .string, "the code the cloud would refuse with"),
        optional("hint", .string, "what to do"),
        optional("check", ImsTypes.check, "the check of preflight that found it, by which it can be left out"),
      ]))

  static let report = LuaType.record(
    LuaRecord(
      "ims.Report", "What the rules or the checks of preflight found in a request.",
      fields: [
        HostParameter("ok", .boolean, "whether there are no errors"),
        HostParameter("findings", .list(finding), "all, in the order of the rules"),
        HostParameter("errors", .list(finding), "those that refuse the request"),
        HostParameter("warnings", .list(finding), "the others"),
      ]))

  private static let outcome = [
    HostParameter("index", .integer, "its place in the list, from 1"),
    HostParameter("ok", .boolean, "whether it was imported"),
    HostParameter("image", .object("ims.Image"), "the request"),
  ]

  static let entry = LuaType.record(
    LuaRecord(
      "ims.Entry", "How one image of a batch ended.",
      fields: outcome + [
        optional("result", result, "if it was imported"), optional("error", .object("Error"), "if it was not"),
      ]))

  static let success = LuaType.record(
    LuaRecord(
      "ims.Success", "An image of a batch that was imported.",
      fields: outcome + [HostParameter("result", result, "the image")]))

  static let failure = LuaType.record(
    LuaRecord(
      "ims.Failure", "An image of a batch that was not imported.",
      fields: outcome + [HostParameter("error", .object("Error"), "why not")]))

  static let quota = LuaType.record(
    LuaRecord(
      "ims.Quota", "How many private images there are, and may be.",
      fields: [
        HostParameter("used", .integer, "how many there are"), HostParameter("quota", .integer, "how many may be"),
        HostParameter("free", .integer, "how many more fit"),
      ]))

  // MARK: Errors

  /// What any call of the cloud may raise.
  static let cloudErrors = [
    RaisedError("authentication", "the cloud does not accept who asks"),
    RaisedError("permission", "who asks may not do this"),
    RaisedError("throttled", "the cloud asks for patience and retries did not help"),
    RaisedError("network", "no answer came"), RaisedError("service", "the cloud answered with an error of its own"),
    RaisedError("configuration", "no cloud is configured, or its entry is wrong"),
  ]

  static let submitErrors = [
    RaisedError("validation", "a rule refuses the request; `err.report` has every finding; nothing was sent"),
    RaisedError(
      "preflight", "the cloud says that the import cannot succeed; `err.report` has every finding; nothing was sent"),
    RaisedError("conflict", "the cloud has an image of that name, or the key stands for another request"),
    RaisedError("quota", "no more images may be made"),
  ]

  static let waitErrors = [
    RaisedError("timeout", "the time limit is over; the job goes on, and `err.job` can be waited for again"),
    RaisedError("job_failed", "the cloud gave up; see `err.code` and `err.job_status`"),
  ]
}
