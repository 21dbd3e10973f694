import Cassette
import CloudAccess
import Foundation
import ImageImport

extension CassetteHeader {
  /// A header with the ids of a trace.
  init(
    program: String, startedAt: Date, trace: TraceContext, script: String?, dialect: CloudDialect, clockScale: Double,
    requestsPerSecond: Double?, concurrentImports: Int?
  ) {
    self.init(
      program: program, startedAt: startedAt, traceID: trace.traceID, spanID: trace.spanID,
      parentSpanID: trace.parentSpanID, script: script, dialect: dialect, clockScale: clockScale,
      requestsPerSecond: requestsPerSecond, concurrentImports: concurrentImports)
  }
}

extension TraceContext {
  /// The trace of a recorded run.
  init(_ header: CassetteHeader) {
    self.init(traceID: header.traceID, spanID: header.spanID, parentSpanID: header.parentSpanID)
  }
}
