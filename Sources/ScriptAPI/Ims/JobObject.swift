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

  static let type = ObjectType(
    "ims.Job", "An import the cloud has accepted.",
    fields: [
      ObjectField("id", .string, "the cloud's job id; nil for an adopted image, whose job id was lost") {
        text(($0 as? JobObject)?.reference.jobID)
      },
      ObjectField("origin", .enumeration(["submitted", "attached", "adopted", "reused"]), "how this run came by it") {
        text(($0 as? JobObject)?.reference.origin.rawValue)
      },
      ObjectField("record", .string, "its record in the ledger, for history.get and slipway jobs show") {
        text(($0 as? JobObject)?.reference.recordID)
      },
      ObjectField("image_name", .string, "the name in the request, where it is known") {
        text(($0 as? JobObject)?.reference.imageName)
      },
      ObjectField("image", .object("ims.Image"), "the request, where this session made it") { object in
        guard let job = object as? JobObject, let request = job.reference.request else { return .nil }
        return job.ims.image(request)
      },
    ],
    methods: [
      .waiting(
        "job:poll", "Asks once how the job stands.",
        returns: [
          HostParameter(
            "status", .map, "status, progress, image_id, error_code, fail_reason, begin_time, end_time, job_id")
        ], since: "0.1"
      ) { arguments in
        guard let job = arguments.receiver as? JobObject else { return [] }
        return [JobStatusTable.value(try await job.ims.attempt { try await $0.poll(job.reference) })]
      },
      .waiting(
        "job:wait", "Waits for the end: returns the result, or raises job_failed or timeout.",
        parameters: [
          HostParameter(
            "options", .record([ImsModule.timeoutOption, ImsModule.progressOption]), "how to wait", optional: true)
        ],
        returns: [HostParameter("result", .map, "image_id, image_name, status, job_id, duration, reused, adopted, drift")], since: "0.1"
      ) { arguments in
        guard let job = arguments.receiver as? JobObject else { return [] }
        let options = ImsModule.WaitOptions(arguments[0])
        let result = try await job.ims.attempt { service in
          try await service.wait(
            for: job.reference, timeout: options.timeout, onProgress: options.observer(job.reference.imageName))
        }
        return [ResultTable.value(result)]
      },
    ],
    description: { object in
      guard let job = (object as? JobObject)?.reference else { return "ims.Job" }
      return "ims.Job(\(job.id)\(job.imageName.map { ", \($0)" } ?? ""))"
    })
}

/// Text as a Lua value, nil where there is none.
func text(_ string: String?) -> LuaValue { string.map { .string(LuaString($0)) } ?? .nil }
