import ImageImport

/// A file that would be sent to object storage.
public struct RehearsedUpload: Sendable {
  public var path: String
  /// The size of the object; nil where it is only known after a conversion.
  public var size: UInt64?
  public var location: ImageLocation
  public var overwrites: Bool
  /// The bitmap file that goes with a RAW file.
  public var bitmap: String?
  /// Whether the file is converted on its way, so that the object's bytes are not the file's.
  public var isConverted = false

  init(path: String, size: UInt64, location: ImageLocation, overwrites: Bool) {
    (self.path, self.size, self.location, self.overwrites) = (path, size, location, overwrites)
  }

  init(_ plan: ImageFilePlan, overwrites: Bool) {
    path = plan.path
    location = plan.location
    self.overwrites = overwrites
    switch plan.route {
    case .converted: isConverted = true
    case .asItIs: size = plan.inspection.fileSize
    case .withBitmap(let path):
      size = plan.inspection.fileSize
      bitmap = path
    }
  }
}
