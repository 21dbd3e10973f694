import CloudAccess

extension ImportError {
  /// For a request that preflight refuses; nothing was sent.
  public init(preflight request: ImportRequest, report: ValidationReport) {
    self.init(refused: request, report: report)
    kind = .preflight
    hint = [hint.map { $0.hasSuffix(".") ? $0 : $0 + "." }, skippingHint].compactMap(\.self).joined(separator: " ")
  }

  /// How to send the import in spite of what preflight found; nil where it found nothing.
  public var skippingHint: String? {
    var names: [String] = []
    for finding in report?.errors ?? [] {
      if let check = finding.check, !names.contains(check) { names.append(check) }
    }
    guard !names.isEmpty else { return nil }
    let quoted = names.map { "\"\($0)\"" }.joined(separator: ", ")
    return
      "To send it all the same: --skip-preflight \(names.joined(separator: ",")), in a script skip_preflight = { \(quoted) }."
  }
}
