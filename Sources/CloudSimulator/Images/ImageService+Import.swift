import CloudAccess
import Foundation
import ImageImport

extension ImageService {
  /// Quick import: refuses what the rules refuse, with the code of the first error, else makes job and image.
  func submit(_ exchange: Exchange) async throws -> Reply {
    let body = try await gateway.admit(exchange)
    guard !body.isEmpty else { throw Refusal.image("IMG.0007", "The request body is missing.") }
    guard let json = try? JSONValue(parsing: body), json.objectValue != nil else {
      throw Refusal.image("IMG.0001", "The request body cannot be parsed: expected a JSON object.")
    }
    let request = ImportRequest(json: json)
    let report = rules.report(for: request, projectID: core.credentials.project_id)
    // Errors without a code are those of which no answer of the service is known: it ignores what it does not know.
    for error in report.findings where error.severity == .error {
      if let code = error.code { throw Refusal.catalogued(code, error.message) }
    }
    if core.configuration.refusesUnlistedOSVersions, let version = request.osVersion, OSVersions.lookup(version).isEmpty
    {
      throw Refusal.image("IMG.0056", "The os_version \(version) is not in the list of supported systems.")
    }
    let jobID = RandomText.hex(32)
    let plan = try ImagePlan(request)
    let limits = core.configuration
    try core.withState { (state, now) throws(Refusal) in
      guard state.usedQuota < limits.imageQuota else {
        throw .image("IMG.0015", "The quota of \(limits.imageQuota) private images is used up.")
      }
      guard state.runningJobs < limits.concurrentTasks else {
        throw .image("IMG.0060", "Too many image creation tasks at a time: \(limits.concurrentTasks) are running.")
      }
      if limits.refusesDuplicateNames,
        state.images.values.contains(where: { $0.name == plan.name && $0.status != .killed })
      {
        throw .image("IMG.0009", "An image with the name \(plan.name) already exists.")
      }
      let imageID = RandomText.uuid()
      let machine = JobMachine(startsAt: now.addingTimeInterval(limits.jobQueueDelay.inSeconds))
      let type = plan.isData ? limits.dataJobType : limits.systemJobType
      let job = JobRecord(
        id: jobID, type: type, imageID: imageID, imageName: plan.name, created: now, machine: machine,
        order: core.order(forImageNamed: plan.name))
      state.add(job) { plan.image(id: imageID, sequence: $0, jobID: jobID, now: now) }
    }
    return .json { $0.member("job_id", jobID) }
  }
}
