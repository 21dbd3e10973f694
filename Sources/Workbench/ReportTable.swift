import ImageImport

/// Tables of things that commands and summaries list.
public enum ReportTable {
  /// What the rules found, gravest first as they were found.
  public static func findings(_ report: ValidationReport) -> TextTable {
    var table = TextTable([
      .init("severity", shrinks: false), .init("rule", .right, shrinks: false), .init("field", shrinks: false),
      .init("code", shrinks: false), .init("message"), .init("hint"),
    ])
    for finding in report.errors + report.warnings {
      table.add([
        finding.severity.rawValue, finding.rule > 0 ? String(finding.rule) : "", finding.field, finding.code ?? "",
        finding.message, finding.hint ?? "",
      ])
    }
    return table
  }

  /// Images, one a row.
  public static func images(_ images: [ImageRecord]) -> TextTable {
    var table = TextTable([
      .init("id", shrinks: false), .init("name"), .init("status", shrinks: false),
      .init("min_disk", .right, shrinks: false), .init("os_version"),
    ])
    for image in images {
      table.add([
        image.id, image.name, image.status, image.minDisk.map { "\($0) GB" } ?? "", image.osVersion ?? "",
      ])
    }
    return table
  }
}
