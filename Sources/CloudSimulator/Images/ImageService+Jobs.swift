import CloudAccess
import Foundation

extension ImageService {
  /// A job's state; the form with the project in the path checks the project.
  func job(_ exchange: Exchange, project: String?, id: String) async throws -> Reply {
    _ = try await gateway.admit(exchange)
    if let project { try checkProject(project) }
    let status = core.configuration.unknownJobStatus
    let (record, now) = try core.withState { (state, now) throws(Refusal) -> (JobRecord, Date) in
      guard let job = state.jobs[id], !exchange.hides(job, at: now) else {
        throw .service(status: status, code: "IMG.0023", message: "The job \(id) does not exist.")
      }
      return (job, now)
    }
    return .json(body(record, now, isProgress: project == nil))
  }

  private func body(_ record: JobRecord, _ now: Date, isProgress: Bool) -> [UInt8] {
    let machine = record.machine
    return JSONText.object { text in
      text.member("status", machine.status)
      text.object("entities") { writeEntities(to: &$0, record, now, isProgress: isProgress) }
      text.member("job_id", record.id)
      text.member("job_type", record.type)
      text.member("begin_time", TimeText.iso(record.created, .milliseconds))
      text.member("end_time", machine.ended.map { TimeText.iso($0, .milliseconds) })
      text.member("error_code", machine.failure?.code)
      text.member("fail_reason", machine.failure?.reason)
    }
  }

  private func writeEntities(to text: inout JSONText, _ record: JobRecord, _ now: Date, isProgress: Bool) {
    let machine = record.machine
    let hasSubJobs = core.configuration.reportsSubJobs
    switch machine.phase {
    case .initializing: break
    case .inspecting, .working:
      text.member("image_name", record.imageName)
      text.member("current_task", "ImportImageTask:")
      text.key("process_percent")
      text.literal(Self.fraction(machine.progress(at: now)))
    case .succeeded:
      if !hasSubJobs { text.member("image_id", record.imageID) }
      text.member("image_name", record.imageName)
      if isProgress {
        text.key("process_percent")
        text.literal("1")
      }
    case .failed: text.member("image_name", record.imageName)
    }
    guard hasSubJobs, machine.began != nil else { return }
    text.array("sub_jobs_list") { $0.string(Self.subJobID(record)) }
    text.array("sub_jobs_result") { text in
      text.object { text in
        text.member("status", machine.status)
        text.member("job_id", Self.subJobID(record))
        text.member("job_type", "imsImportBigFileImageJob")
        text.member("begin_time", machine.began.map { TimeText.iso($0, .milliseconds) })
        text.member("end_time", machine.ended.map { TimeText.iso($0, .milliseconds) })
        text.member("error_code", machine.failure?.code)
        text.member("fail_reason", machine.failure?.reason)
        text.object("entities") { text in
          if case .succeeded = machine.phase { text.member("image_id", record.imageID) }
          text.member("image_name", record.imageName)
        }
      }
    }
  }

  /// The sub job's id: derived, so that it needs no place in the state.
  private static func subJobID(_ record: JobRecord) -> String { String(record.id.reversed()) }

  /// A fraction with two digits, such as 0.40.
  private static func fraction(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded(.down))
    return hundredths >= 100 ? "1.00" : "0.\(hundredths < 10 ? "0" : "")\(hundredths)"
  }
}

extension Exchange {
  /// Whether a fault makes a job unknown.
  fileprivate func hides(_ job: JobRecord, at now: Date) -> Bool {
    faults.contains { effect in
      guard case .jobUnknown(let limit) = effect else { return false }
      return limit.map { now.timeIntervalSince(job.created) < $0.inSeconds } ?? true
    }
  }
}
