import CloudAccess
import DiskImages
import ImageImport
import Workbench

/// What was found out about one file, as `slipway inspect` prints it.
struct InspectionReport {
  var file: String
  var inspection: DiskInspection
  /// Whose list of systems the suggestion is from.
  var dialect: CloudDialect
  /// For an object: what the look cost.
  var object: ObjectInspection?

  static let columns: [DataOutput.Column] = [
    .init("FILE", "file"), .init("FORMAT", "format"), .init("IMPORTABLE", "importable"), .init("DISK", "virtual_size"),
    .init("SIZE", "file_size"), .init("MIN_DISK", "min_disk"), .init("ADVICE", "advice"),
  ]

  /// The fields of the inspection and, for an object, what the service says about it.
  var json: JSONValue {
    var fields = inspection.json(for: dialect).objectValue ?? [:]
    fields["file"] = .string(file)
    if let object {
      fields["etag"] = object.object.etag.map(JSONValue.string)
      fields["storage_class"] = .string(object.object.storageClass.rawValue)
      fields["bytes_read"] = .integer(Int64(clamping: object.bytesRead))
    }
    return .object(fields)
  }

  /// Lines for people: a label and a value each.
  var text: String {
    var lines = ["\(DisplayText.harmless(file)):"]
    for (label, value) in rows { lines.append("  " + label.padded(to: 14) + DisplayText.harmless(value)) }
    for row in partitionRows { lines.append("    " + DisplayText.harmless(row)) }
    for finding in inspection.findings {
      lines.append("  " + finding.severity.rawValue.padded(to: 14) + DisplayText.harmless(finding.message))
      if let hint = finding.hint, hint != inspection.advice {
        lines.append("  " + "".padded(to: 14) + "\u{2192} " + DisplayText.harmless(hint))
      }
    }
    if let command = importCommand { lines.append("  " + "to import".padded(to: 14) + DisplayText.harmless(command)) }
    if let advice = inspection.advice { lines.append("  " + "to do".padded(to: 14) + DisplayText.harmless(advice)) }
    return lines.joined(separator: "\n")
  }

  private var rows: [(String, String)] {
    var rows = [("format", inspection.format.rawValue + (inspection.variant.map { " (\($0))" } ?? ""))]
    rows.append(("importable", inspection.isImportable ? "yes" : "no"))
    if let size = inspection.virtualSize { rows.append(("virtual size", Self.size(size))) }
    rows.append(("file size", Self.size(inspection.fileSize)))
    if let used = inspection.diskUsage, used != inspection.fileSize { rows.append(("on disk", Self.size(used))) }
    if let stored = inspection.allocatedSize { rows.append(("stored", Self.size(stored) + " of the disk")) }
    if let disk = inspection.minDisk { rows.append(("min_disk", "at least \(disk)")) }
    if let hint = inspection.firmwareHint { rows.append(("firmware", "looks like \(hint)")) }
    if let system = inspection.fileSystem { rows.append(("file system", system)) }
    rows += systemRows
    for detail in inspection.details { rows.append((detail.name.replacing("_", with: " "), Self.value(detail.value))) }
    if let object { rows.append(("read", "\(ByteText.short(object.bytesRead)) in \(object.reads) ranges")) }
    if !inspection.partitions.isEmpty {
      rows.append(("partitions", "\(inspection.partitions.count) (\(inspection.partitionTable ?? "table"))"))
    }
    return rows
  }

  private var systemRows: [(String, String)] {
    guard let search = inspection.systemSearch else { return [] }
    guard let system = search.system else { return [("system", search.reason ?? "none was found")] }
    let place = [
      system.partition.map { "partition \($0)" }, system.logicalVolume.map { "volume \($0)" },
    ].compactMap { $0 }.joined(separator: ", ")
    let origin = place.isEmpty ? system.path : "\(system.path) on \(place)"
    var rows = [
      ("system", [system.displayName, system.architecture].compactMap { $0 }.joined(separator: ", ") + " (\(origin))")
    ]
    if let suggestion = inspection.suggestedOSVersion(for: dialect) {
      rows.append(
        ("os_version", [suggestion.value, suggestion.note].compactMap { $0 }.joined(separator: ": ")))
    }
    return rows
  }

  /// The command that imports the image, where the system is known and the command would take it: only the names are to be
  /// filled in.
  private var importCommand: String? {
    guard let value = inspection.suggestedOSVersion(for: dialect)?.value else { return nil }
    let system = "--name NAME --os-version \(ShellWord.quoted(value))"
    if object != nil {
      guard inspection.isImportable, let location = InspectionTarget.object(file) else { return nil }
      let disk = inspection.minDisk.map { " --min-disk \(max($0, 10))" } ?? ""
      return "slipway import --image-url \(ShellWord.quoted("\(location)")) \(system)\(disk)"
    }
    let isTaken = inspection.isImportable || [.zvhd, .qcow2, .vhd].contains(inspection.format)
    return isTaken ? "slipway import \(ShellWord.quoted(file)) --bucket BUCKET \(system)" : nil
  }

  /// One line a partition, in columns.
  private var partitionRows: [String] {
    let cells = inspection.partitions.map { part in
      [
        "\(part.number)", ByteText.short(part.length), "at \(part.offset)", part.typeName ?? part.type,
        (part.fileSystem ?? "") + (part.label.isEmpty ? "" : " '\(part.label)'") + (part.isActive ? " (active)" : ""),
        part.name.isEmpty ? "" : "\"\(part.name)\"",
      ]
    }
    let widths = (0..<6).map { column in cells.map { $0[column].count }.max() ?? 0 }
    return cells.map { row in
      zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ").trimmingTrailingSpaces
    }
  }

  private static func size(_ bytes: UInt64) -> String {
    let short = ByteText.short(bytes)
    return short == "\(bytes) B" ? short : "\(short) (\(bytes) bytes)"
  }

  private static func value(_ value: DiskDetail.Value) -> String {
    switch value {
    case .text(let text): text
    case .number(let number): "\(number)"
    case .flag(let flag): flag ? "yes" : "no"
    case .list(let items): items.joined(separator: ", ")
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

  fileprivate var trimmingTrailingSpaces: String {
    var text = self[...]
    while text.last == " " { text = text.dropLast() }
    return String(text)
  }
}
