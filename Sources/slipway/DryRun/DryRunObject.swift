/// An object as it would be in its bucket.
enum DryRunObject: Sendable {
  /// A file of this machine that would have been sent as it is.
  case file(String, UInt64)
  /// One whose bytes only a conversion would make.
  case converted
  /// Removed.
  case gone

  var size: UInt64? { if case .file(_, let size) = self { size } else { nil } }
}
