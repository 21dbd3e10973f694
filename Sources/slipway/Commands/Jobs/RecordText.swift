import ArgumentParser
import CloudAccess
import Foundation
import ImageImport
import Workbench

/// How records are written.
enum RecordForm: String, CaseIterable, ExpressibleByArgument, Sendable {
  case table, json, yaml, csv
}

/// Records as text.
enum RecordText {
  static func print(_ records: [ImportRecord], _ form: RecordForm, _ console: Console) {
    switch form {
    case .json, .yaml:
      let output = DataOutput(console, form == .json ? .json : .yaml, columns: [])
      for record in records { output.write(record.json, text: nil) }
    case .csv:
      console.print(columns.joined(separator: ","))
      for record in records {
        let json = record.json
        console.print(columns.map { cell(json[$0]) }.joined(separator: ","))
      }
    case .table:
      guard !records.isEmpty else { return }
      console.write(
        Array(table(records).text(width: console.terminal.outputIsTerminal ? console.terminal.columns : nil).utf8))
    }
  }

  static let columns = [
    "id", "state", "name", "key", "job_id", "image_id", "code", "reason", "cloud", "project_id", "region", "profile",
    "marked", "attempts", "request_id", "created_at", "sent_at", "updated_at", "resubmitted_as",
    "trace_id", "span_id", "parent_span_id",
  ]

  private static func cell(_ value: JSONValue?) -> String {
    let text = value?.stringValue ?? value?.serialized() ?? ""
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  private static func table(_ records: [ImportRecord]) -> TextTable {
    var table = TextTable([
      .init("RECORD", shrinks: false), .init("STATE", shrinks: false), .init("NAME"), .init("CREATED", shrinks: false),
      .init("RESULT"),
    ])
    for record in records {
      table.add([
        record.id, record.state.rawValue, record.name ?? "", Timestamp.iso8601(record.createdAt), result(record),
      ])
    }
    return table
  }

  private static func result(_ record: ImportRecord) -> String {
    switch record.state {
    case .succeeded, .adopted: "image \(record.imageID ?? "")"
    case .accepted, .running: "job \(record.jobID ?? "")"
    case .failed:
      [record.progress.code, record.progress.reason].compactMap(\.self).joined(separator: ": ")
    case .resubmitted: "as \(record.progress.successor ?? "")"
    case .planned, .intent, .sent, .unknown, .notFound, .givenUp: record.progress.reason ?? ""
    }
  }

  /// Everything about a record, a line for each fact, and what can be done about it.
  static func details(_ record: ImportRecord) -> String {
    let facts: [(String, String?)] = [
      ("record", record.id), ("state", record.state.rawValue), ("name", record.name), ("key", record.key),
      ("job", record.jobID), ("image", record.imageID), ("code", record.progress.code),
      ("reason", record.progress.reason), ("resubmitted as", record.progress.successor),
      ("cloud", "\(record.profile) (\(record.scope.cloud), \(record.scope.region), project \(record.scope.project))"),
      ("marker", record.isMarked ? "\(ImportMarker.tagKey)=\(record.id)" : "none"),
      ("attempts", String(record.attempts)), ("request id", record.requestID),
      ("trace", record.trace.map { "\($0.traceID), span \($0.spanID)" }),
      ("created", Timestamp.iso8601(record.createdAt)), ("sent", record.sentAt.map { Timestamp.iso8601($0) }),
      ("updated", Timestamp.iso8601(record.updatedAt)), ("request", record.request.jsonValue.serialized()),
      ("next", next(record)),
    ]
    return facts.compactMap { name, value in
      value.map { name.padding(toLength: 16, withPad: " ", startingAt: 0) + DisplayText.harmless($0) }
    }.joined(separator: "\n")
  }

  private static func next(_ record: ImportRecord) -> String? {
    switch record.state {
    case .succeeded, .givenUp: nil
    case .failed: "run the same again: it is sent anew"
    case .resubmitted: record.progress.successor.map { "slipway jobs show \($0)" }
    case .planned, .intent: "nothing was sent; slipway jobs resume \(record.id) sends it"
    case .accepted, .running, .adopted: "slipway jobs watch \(record.id)"
    case .sent, .unknown: "slipway jobs resume \(record.id) finds out whether the cloud has it"
    case .notFound:
      "slipway jobs resume \(record.id) looks again; slipway jobs forget \(record.id) lets the next run send it again"
    }
  }
}
