/// The two forms of a quick import: an image of a system disk or of a data disk.
///
/// The API has no such field; the value `DataImage` of `type` selects the data disk form.
public enum ImageKind: String, Sendable, CaseIterable {
  case system, data
}
