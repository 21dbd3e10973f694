import ImageImport
import LuaHost

/// A submitted import as a script holds it: `ims.Job`.
final class JobObject: Sendable {
  let reference: JobReference
  let ims: ImsModule

  init(_ reference: JobReference, _ ims: ImsModule) {
    self.reference = reference
    self.ims = ims
  }

  // Ten thousand of these are suspended at a time: what comes before and after is kept out of their frames.

  @inline(never)
  private func wait(_ options: WaitOptions) async throws -> [LuaValue] {
    ims.context.rehearsal?.asking(about: reference)
    return try await ims.attempt(.read) { service in
      values(
        try await service.wait(
          for: reference, timeout: options.timeout, onProgress: options.observer(reference.imageName)))
    }
  }

  @inline(never)
  private static func receiver(_ arguments: HostArguments) -> (job: JobObject, options: WaitOptions)? {
    (arguments.receiver as? JobObject).map { ($0, WaitOptions(arguments[0])) }
  }

  @inline(never)
  private func values(_ result: ImportResult) -> [LuaValue] { [ResultTable.value(result)] }

  static let type = ObjectType(
    "ims.Job", "An import the cloud has accepted.",
    fields: [
      ObjectField("id", .string, "the cloud's job id; nil for an adopted image, whose job id was lost", optional: true)
      {
        text(($0 as? JobObject)?.reference.jobID)
      },
      ObjectField("origin", .enumeration(["submitted", "attached", "adopted", "reused"]), "how this run came by it") {
        text(($0 as? JobObject)?.reference.origin.rawValue)
      },
      ObjectField("record", .string, "its record in the ledger, for history.get and slipway jobs show", optional: true)
      {
        text(($0 as? JobObject)?.reference.recordID)
      },
      ObjectField("image_name", .string, "the name in the request, where it is known", optional: true) {
        text(($0 as? JobObject)?.reference.imageName)
      },
      ObjectField("image", .object("ims.Image"), "the request, where this session made it", optional: true) { object in
        guard let job = object as? JobObject, let request = job.reference.request else { return .nil }
        return job.ims.image(request)
      },
    ],
    methods: [
      .waiting(
        "job:poll", "Asks once how the job stands.",
        returns: [HostParameter("status", ImsRecords.jobStatus, "how it stands")], since: "0.1"
      ) { arguments in
        guard let job = arguments.receiver as? JobObject else { return [] }
        job.ims.context.rehearsal?.asking(about: job.reference)
        return [JobStatusTable.value(try await job.ims.attempt(.read) { try await $0.poll(job.reference) })]
      }.documented(
        raises: [RaisedError("not_found", "the cloud knows no such job")] + ImsRecords.cloudErrors, mustUse: true,
        example: """
          local ims = require "ims"

          local job = ims.data_image { name = "poll01", image_url = "ims-image:data01.zvhd2", min_disk = 20 }:submit()
          print(job:poll().job_id == job.id)  --> true
          job:wait()
          """),
      .waiting(
        "job:wait", "Waits for the end: returns the result, or raises job_failed or timeout.",
        parameters: [
          HostParameter("options", ImsRecords.waitOptions, "how to wait", optional: true)
        ],
        returns: [HostParameter("result", ImsRecords.result, "the image")], since: "0.1"
      ) { arguments in
        guard let (job, options) = receiver(arguments) else { return [] }
        return try await job.wait(options)
      }.documented(
        "A job can be waited for again, also by another run.",
        raises: ImsRecords.waitErrors + [RaisedError("not_found", "the cloud knows no such job")]
          + ImsRecords.cloudErrors,
        example: """
          local ims = require "ims"

          local job = ims.data_image { name = "wait01", image_url = "ims-image:data01.zvhd2", min_disk = 20 }:submit()
          local result = job:wait { timeout = "4h", on_progress = function(status) assert(status.job_id == job.id) end }
          print(result.image_name, result.status)  --> wait01  SUCCESS
          """),
    ],
    description: { object in
      guard let job = (object as? JobObject)?.reference else { return "ims.Job" }
      return "ims.Job(\(job.id)\(job.imageName.map { ", \($0)" } ?? ""))"
    })
}

/// Text as a Lua value, nil where there is none.
func text(_ string: String?) -> LuaValue { string.map { .string(LuaString($0)) } ?? .nil }
