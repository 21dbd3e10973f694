import ArgumentParser
import CloudAccess
import DiskImages
import Workbench

/// `slipway inspect`: what an image file is, and whether it can be imported.
struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Tell an image file's format, virtual size and smallest min_disk.",
    discussion: """
      Ends with 65 when a file cannot be imported as it stands, with 1 when one cannot be read. For example:

        slipway inspect --output json disk.zvhd2
      """)

  @Argument(help: ArgumentHelp("Local image files.", valueName: "file"), completion: .file())
  var files: [String]

  @Option(name: .customLong("output"), help: ArgumentHelp("text, or json: one JSON object a line.", valueName: "form"))
  var form: OutputForm = .text

  func run() async throws {
    let console = Console(terminal: .detect())
    var refused = false
    var failed = false
    for file in files {
      let inspection: DiskInspection
      do {
        inspection = try DiskInspector.inspect(try FileByteSource(path: file), fileName: file)
      } catch {
        failed = true
        console.note("error: \(error)")
        if form == .json {
          console.print(JSONValue.object(["file": .string(file), "error": .string("\(error)")]).serialized())
        }
        continue
      }
      if !inspection.isImportable { refused = true }
      switch form {
      case .text: console.print(Self.text(inspection, file: file))
      case .json: console.print(Self.json(inspection, file: file))
      }
    }
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
    if failed { throw ExitCode(ExitStatus.failed.code) }
    if refused { throw ExitCode(ExitStatus.refused.code) }
  }

  static func text(_ inspection: DiskInspection, file: String) -> String {
    var lines = ["\(file):"]
    lines.append("  format        \(inspection.format.rawValue)")
    lines.append("  file size     \(inspection.fileSize) (\(ByteText.short(inspection.fileSize)))")
    if let size = inspection.virtualSize { lines.append("  virtual size  \(size) (\(ByteText.short(size)))") }
    if let disk = inspection.minDisk { lines.append("  min_disk      at least \(disk)") }
    if let hint = inspection.firmwareHint { lines.append("  firmware      looks like \(hint)") }
    for part in inspection.partitions {
      let label = part.name.isEmpty ? "" : " \"\(part.name)\""
      let system = part.fileSystem.map { " \($0)" } ?? ""
      lines.append(
        "  partition \(part.number)   \(ByteText.short(part.length)) at \(part.offset), type \(part.type)\(system)\(label)"
      )
    }
    lines.append("  importable    \(inspection.isImportable ? "yes" : "no")")
    for finding in inspection.findings {
      lines.append("  \(finding.severity.rawValue): \(finding.message)")
      if let hint = finding.hint { lines.append("    hint: \(hint)") }
    }
    return lines.joined(separator: "\n")
  }

  static func json(_ inspection: DiskInspection, file: String) -> String {
    var fields: [String: JSONValue] = [
      "file": .string(file), "format": .string(inspection.format.rawValue),
      "file_size": .integer(Int64(clamping: inspection.fileSize)), "importable": .bool(inspection.isImportable),
      "findings": .array(
        inspection.findings.map { finding in
          var member: [String: JSONValue] = [
            "severity": .string(finding.severity.rawValue), "message": .string(finding.message),
          ]
          if let hint = finding.hint { member["hint"] = .string(hint) }
          return .object(member)
        }),
    ]
    if let size = inspection.virtualSize { fields["virtual_size"] = .integer(Int64(clamping: size)) }
    if let disk = inspection.minDisk { fields["min_disk"] = .integer(Int64(disk)) }
    if let hint = inspection.firmwareHint { fields["hw_firmware_type_hint"] = .string(hint) }
    return JSONValue.object(fields).serialized()
  }
}
