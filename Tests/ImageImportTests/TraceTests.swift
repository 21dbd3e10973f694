import CloudAccess
import Foundation
import Testing

@testable import ImageImport

@Suite("Traces")
struct TraceTests {
  @Test(
    "TRACEPARENT is followed where it is valid",
    arguments: [
      ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true),
      ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", true),
      ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", false),
      ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
      ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false),
      ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false),
      ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false),
      ("00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01", false),
      ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", false), ("", false), ("----", false),
    ])
  func parent(text: String, isValid: Bool) {
    let context = TraceContext(environment: ["TRACEPARENT": text])
    #expect((context.traceID == "0af7651916cd43dd8448eb211c80319c") == isValid)
    #expect(context.parentSpanID == (isValid ? "b7ad6b7169203331" : nil))
    #expect(context.spanID.utf8.count == 16 && context.spanID != "b7ad6b7169203331")
    #expect(context.traceID.utf8.count == 32)
  }

  @Test("Two runs have different ids")
  func different() {
    let (one, two) = (TraceContext(), TraceContext())
    #expect(one.traceID != two.traceID && one.spanID != two.spanID)
  }

  private func request(_ name: String) -> ImportRequest {
    var request = ImportRequest(json: .object([:]))
    request.name = name
    return request
  }

  private func job(_ id: String, _ record: String, _ request: ImportRequest) -> JobReference {
    JobReference(id: id, imageName: request.name, request: request, recordID: record)
  }

  @Test("All events of an import have one span, below that of the run, and another import has another")
  func spans() throws {
    let trace = ImportTrace(TraceContext(traceID: String(repeating: "a", count: 32), spanID: "00000000000000aa"))
    let (web, app) = (request("web"), request("app"))
    let (first, second) = (job("j1", "r1", web), job("j2", "r2", app))
    var error = ImportError(kind: .job_failed, message: "x")
    error.job = first
    var early = ImportError(kind: .preflight, message: "x", request: app)
    early.recordID = "r2"
    let report = ValidationReport()
    let ofWeb: [ImportEvent] = [
      .validated(web, report), .preflighted(web, report), .waiting(name: "web", reason: "", delay: nil),
      .submitted(first),
      .progress(first, JobStatus(json: .null)), .settling(name: "web", recordID: "r1", reason: "", delay: .zero),
      .progress(JobReference(id: "j1"), JobStatus(json: .null)), .failed(error),
    ]
    let ofApp: [ImportEvent] = [.validated(app, report), .submitted(second), .failed(early)]
    for event in ofWeb + ofApp { trace.emit(event) }
    let spans = (ofWeb.map { trace.span(of: $0) }, ofApp.map { trace.span(of: $0) })
    #expect(Set(spans.0).count == 1 && Set(spans.1).count == 1 && spans.0[0] != spans.1[0])
    #expect(spans.0[0]?.utf8.count == 16)
    let members = trace.members(for: ofWeb[0])
    #expect(members["parent_span_id"] == "00000000000000aa")
    #expect(members["trace_id"] == .string(String(repeating: "a", count: 32)))
    #expect(trace.members(for: .recovered(after: .zero))["span_id"] == "00000000000000aa")
  }

  @Test("The same request again is another span, and a run of the same trace gives the same ones")
  func again() {
    let context = TraceContext(traceID: String(repeating: "b", count: 32), spanID: "00000000000000bb")
    func spans() -> [String?] {
      let trace = ImportTrace(context)
      return (1...2).map { number in
        let event = ImportEvent.validated(request("web"), ValidationReport())
        trace.emit(event)
        trace.emit(.submitted(job("j\(number)", "r\(number)", request("web"))))
        return trace.span(of: .submitted(job("j\(number)", "r\(number)", request("web"))))
      }
    }
    let first = spans()
    #expect(first[0] != first[1])
    #expect(first == spans())
  }
}
