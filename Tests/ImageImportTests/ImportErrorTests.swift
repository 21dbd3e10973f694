import CloudAccess
import Testing

@testable import ImageImport

@Suite("Errors of waiting")
struct ImportErrorTests {
  private let job = JobReference(id: "j", imageName: "web")

  @Test("A wait that ends after the job's success says that the image is missing, not that the job runs")
  func imageNotFoundInTime() {
    let error = ImportError(detached: job, after: .seconds(20), last: JobStatus(json: ["status": "SUCCESS"]))
    #expect(error.kind == .timeout)
    #expect(error.message == "The job j succeeded without naming its image, which was not found within 20 s.")
  }

  @Test("A wait that ends without a known status does not name an empty one", arguments: [nil, JobStatus(json: [:])])
  func noStatus(last: JobStatus?) {
    let error = ImportError(detached: job, after: .seconds(20), last: last)
    #expect(error.message == "The job j is still running after 20 s; it was left alone.")
  }

  @Test("Two hints are two sentences")
  func hints() {
    let refusal = CloudError(kind: .authentication, message: "no", status: 401, hint: "check the password")
    let error = ImportError(unavailable: refusal, job: job)
    #expect(error.hint?.hasPrefix("check the password. The job goes on") == true)
  }
}
