import CloudAccess
import ImageImport
import Testing

@testable import Workbench

@Suite("What goes on after an interruption")
struct JobTrackerTests {
  private func job(_ number: Int) -> JobReference {
    JobReference(id: "job-\(number)", imageName: "image-\(number)", recordID: "record-\(number)")
  }

  @Test("Jobs are named in the order of their submission, whichever have ended")
  func order() {
    let tracker = JobTracker()
    for number in 0..<20 { tracker.emit(.submitted(job(number))) }
    tracker.emit(.attached(job(3)))
    for number in [0, 7, 19] {
      let result = ImportResult(imageID: "i", imageName: nil, job: JobStatus(json: .null), reference: job(number))
      tracker.emit(.succeeded(result))
    }
    tracker.emit(.failed(ImportError(kind: .job_failed, message: "no", job: job(4))))
    tracker.emit(.detached(ImportError(kind: .timeout, message: "late", job: job(5))))
    let left = (0..<20).filter { ![0, 7, 19, 4].contains($0) }
    #expect(tracker.underWay.map(\.id) == left.map { "job-\($0)" })
    #expect(tracker.underWay.first?.name == "image-1")
    #expect(tracker.recordsUnderWay == left.map { "record-\($0)" })
  }

  @Test("A submission whose answer is lost is named until its image is found")
  func unsettled() {
    let tracker = JobTracker()
    tracker.emit(.settling(name: "a", recordID: "record-1", reason: "lost", delay: .zero))
    tracker.emit(.settling(name: "a", recordID: "record-1", reason: "lost", delay: .zero))
    #expect(tracker.recordsUnderWay == ["record-1"])
    #expect(tracker.underWay.isEmpty)
    tracker.emit(.adopted(job(1), others: []))
    #expect(tracker.recordsUnderWay == ["record-1"])
    #expect(tracker.underWay.map(\.id) == ["job-1"])
  }
}
