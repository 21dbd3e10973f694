/// Whether a cloud lists what failed imports leave, as images with the status `killed`; no document says so.
///
/// Where it does, a list shows failures as soon as successes. Where it does not, each such list is a request for nothing.
public enum KilledImages: String, Sendable, Hashable, CaseIterable {
  /// Found out from the failures of this cloud, and remembered.
  case auto

  /// It does.
  case listed

  /// It does not.
  case hidden
}
