/// The `.mf` bitmap that must lie beside a RAW image in its bucket.
///
/// Its format is not public, so no more is judged than that it is there and is not something else of the same name.
public enum BitmapFile {
  /// What is wrong with a `.mf` file of `size` bytes that begins with `start`; nil when nothing is known to be.
  ///
  /// The first 16 bytes are enough.
  public static func finding(start: [UInt8], size: UInt64) -> DiskFinding? {
    let make = "make the bitmap with: java -jar CreateMF.jar image.raw image.mf"
    if size == 0 {
      return DiskFinding(.error, "the .mf file is empty, expected a bitmap of the RAW image", hint: make)
    }
    let fields = ByteFields(start)
    guard ["SHA1(", "SHA256(", "SHA512("].contains(where: { fields.has($0, at: 0) }) else { return nil }
    return DiskFinding(
      .error, "the .mf file is an OVF manifest (checksums in text), expected a bitmap of the RAW image", hint: make)
  }
}
