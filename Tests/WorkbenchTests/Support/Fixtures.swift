import CloudAccess
import Foundation
import ImageImport

@testable import Workbench

extension Terminal {
  /// A terminal on all three streams.
  static func full(columns: Int = 80, rows: Int = 24, color: Bool = false) -> Terminal {
    Terminal(
      environment: ["TERM": "xterm", "LANG": "C.UTF-8", "NO_COLOR": color ? "" : "1"], inputIsTerminal: true,
      outputIsTerminal: true, errorIsTerminal: true, size: (columns, rows))
  }

  /// Pipes on all three streams.
  static let pipes = Terminal(
    environment: ["LANG": "C.UTF-8"], inputIsTerminal: false, outputIsTerminal: false, errorIsTerminal: false)
}

enum Sample {
  static func job(_ id: String, _ name: String?) -> JobReference {
    JobReference(id: id, imageName: name)
  }

  static func status(_ id: String, _ state: String, percent: Double? = nil) -> JobStatus {
    var json: [String: JSONValue] = ["job_id": .string(id), "status": .string(state)]
    if let percent { json["entities"] = .object(["process_percent": .number(percent)]) }
    return JobStatus(json: .object(json))
  }

  static func result(_ id: String, _ name: String, waited: Duration) -> ImportResult {
    ImportResult(
      imageID: "image-" + id, imageName: name, job: status(id, "SUCCESS"), reference: job(id, name), waited: waited)
  }
}

/// A directory of its own, removed with the value.
final class ScratchDirectory {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "workbench-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }
}
