/// Tells from a few kilobytes what an image file is and whether the cloud could import it.
public enum DiskInspector {
  /// Looks at the headers in `source`; `fileName`, where given, tells what the file claims to be.
  ///
  /// Damage inside the image becomes a finding. Throws only what the source throws.
  public static func inspect(_ source: any ByteSource, fileName: String? = nil) throws -> DiskInspection {
    let claimed = fileName.flatMap(DiskFormat.init(fileName:))
    let found = source.size == 0 ? nil : try DiskFormat.detect(source)
    return DiskInspection(format: found ?? claimed ?? .raw, fileSize: source.size)
  }
}
