import CloudAccess

/// Whether and how an import is checked against the cloud before it is sent.
public struct PreflightOptions: Sendable, Hashable {
  /// Whether it is checked at all.
  public var isEnabled: Bool

  /// The names of the checks to leave out; see ``PreflightCheck/all``.
  public var skipped: Set<String>

  /// After how long checks without an answer become warnings.
  public var timeout: Duration

  public init(isEnabled: Bool = true, skipping skipped: Set<String> = [], timeout: Duration = .seconds(30)) {
    self.isEnabled = isEnabled
    self.skipped = skipped
    self.timeout = timeout
  }

  /// No check at all.
  public static let off = PreflightOptions(isEnabled: false)

  /// Leaves out further checks.
  ///
  /// - Throws: ``ImportError`` of kind `argument` for a name that no check has.
  public mutating func skip(_ names: some Sequence<String>) throws(ImportError) {
    for name in names {
      if let fault = PreflightCheck.fault(of: name) {
        throw ImportError(kind: .argument, message: fault.message, hint: fault.hint)
      }
      skipped.insert(name)
    }
  }
}
