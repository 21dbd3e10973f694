import CloudAccess
import DiskImages
import Workbench

/// How `slipway convert` reports.
enum ConvertReport {
  static func text(_ summary: ConvertSummary, output: String) -> String {
    let seconds = summary.duration.inSeconds
    return "\(output): \(ByteText.short(summary.virtualSize)) disk in \(ByteText.short(summary.outputSize)), "
      + "\(summary.storedBlocks) of \(summary.totalBlocks) blocks stored\(summary.isVerified ? ", compared" : ""), \(String(format: "%.1f", seconds)) s; "
      + "min_disk at least \(summary.minDisk)"
  }

  static let columns: [DataOutput.Column] = [
    .init("INPUT", "input"), .init("OUTPUT", "output"), .init("FORMAT", "output_format"),
    .init("DISK", "virtual_size"), .init("FILE", "output_size"), .init("MIN_DISK", "min_disk"),
    .init("VERIFIED", "verified"),
  ]

  static func json(_ summary: ConvertSummary, input: String, output: String) -> JSONValue {
    let fields: [String: JSONValue] = [
      "input": .string(input), "output": .string(output),
      "input_format": .string(summary.inputFormat.rawValue), "output_format": .string(summary.outputFormat.rawValue),
      "virtual_size": .integer(Int64(clamping: summary.virtualSize)),
      "output_size": .integer(Int64(clamping: summary.outputSize)),
      "stored_blocks": .integer(Int64(summary.storedBlocks)), "total_blocks": .integer(Int64(summary.totalBlocks)),
      "min_disk": .integer(Int64(summary.minDisk)), "verified": .bool(summary.isVerified),
      "seconds": .number(summary.duration.inSeconds),
    ]
    return .object(fields)
  }
}
