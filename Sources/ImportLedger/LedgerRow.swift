import CloudAccess
import Foundation
import GRDB
import ImageImport

/// Records as rows of the table `import`.
enum LedgerRow {
  static let columns =
    "id, cloud, project, region, profile, key, name, state, job_id, image_id, code, reason, successor, request, marked, "
    + "request_id, attempts, created_at, updated_at, sent_at, result, trace_id, "
    + "span_id, parent_span_id"

  /// The record in a row.
  ///
  /// - Throws: for a state this version does not know, or a request that is no JSON: the file was changed by other hands.
  static func record(_ row: Row, path: String) throws -> ImportRecord {
    let id: String = row["id"]
    guard let state = ImportRecordState(rawValue: row["state"]) else {
      throw LedgerFault.damaged(path, "record \(id) has the unknown state \(row["state"] as String)")
    }
    guard let request = try? JSONValue(parsing: Array((row["request"] as String).utf8)) else {
      throw LedgerFault.damaged(path, "the request of record \(id) is no JSON")
    }
    return ImportRecord(
      id: id, scope: ImportScope(cloud: row["cloud"], project: row["project"], region: row["region"]),
      profile: row["profile"], key: row["key"],
      progress: ImportRecordStateMachine(
        state: state, jobID: row["job_id"], imageID: row["image_id"], code: row["code"], reason: row["reason"],
        successor: row["successor"]),
      request: ImportRequest(json: request), isMarked: row["marked"],
      createdAt: Date(timeIntervalSince1970: row["created_at"]),
      updatedAt: Date(timeIntervalSince1970: row["updated_at"]),
      sentAt: (row["sent_at"] as Double?).map(Date.init(timeIntervalSince1970:)), attempts: row["attempts"],
      requestID: row["request_id"],
      result: (row["result"] as String?).flatMap { try? JSONValue(parsing: Array($0.utf8)) }, trace: trace(row))
  }

  private static func trace(_ row: Row) -> TraceContext? {
    guard let trace: String = row["trace_id"], let span: String = row["span_id"] else { return nil }
    return TraceContext(traceID: trace, spanID: span, parentSpanID: row["parent_span_id"])
  }

  private static func arguments(_ record: ImportRecord) -> [(any DatabaseValueConvertible)?] {
    [
      record.id, record.scope.cloud, record.scope.project, record.scope.region, record.profile, record.key, record.name,
      record.state.rawValue, record.jobID, record.imageID, record.progress.code, record.progress.reason,
      record.progress.successor, record.request.jsonValue.serialized(), record.isMarked, record.requestID,
      record.attempts, record.createdAt.timeIntervalSince1970, record.updatedAt.timeIntervalSince1970,
      record.sentAt?.timeIntervalSince1970, record.result?.serialized(), record.trace?.traceID, record.trace?.spanID,
      record.trace?.parentSpanID,
    ]
  }

  static func insert(_ record: ImportRecord, owner: Int64, _ database: Database) throws {
    let values = arguments(record)
    let marks = Array(repeating: "?", count: values.count + 1).joined(separator: ", ")
    try database.execute(
      sql: "INSERT INTO import (\(columns), owner) VALUES (\(marks))", arguments: StatementArguments(values + [owner]))
  }

  /// Writes what a move can change; `owner` stays unless `drops` says that nobody drives it any more.
  static func update(_ record: ImportRecord, drops: Bool, _ database: Database) throws {
    try database.execute(
      sql: """
        UPDATE import SET state = ?, job_id = ?, image_id = ?, code = ?, reason = ?, successor = ?, request_id = ?,
          attempts = ?, updated_at = ?, sent_at = ?, result = ?\(drops ? ", owner = NULL" : "") WHERE id = ?
        """,
      arguments: [
        record.state.rawValue, record.jobID, record.imageID, record.progress.code, record.progress.reason,
        record.progress.successor, record.requestID, record.attempts, record.updatedAt.timeIntervalSince1970,
        record.sentAt?.timeIntervalSince1970, record.result?.serialized(), record.id,
      ])
  }
}
