/// Which value of `os_version` fits the system on a disk.
public struct OSVersionSuggestion: Sendable, Hashable {
  /// The value as a document of the cloud spells it; nil where none fits.
  public var value: String?

  /// Whether it is the very system, so that nobody has to be asked; false for the nearest one that is listed.
  public var isExact: Bool

  /// How the value differs from the system, or why there is none; nil for an exact one.
  public var note: String?

  public init(value: String? = nil, isExact: Bool = false, note: String? = nil) {
    self.value = value
    self.isExact = isExact
    self.note = note
  }
}
