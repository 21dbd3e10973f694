/// The disk inside an image, read here and there while its operating system is looked for; for one thread.
///
/// Reads behind the end give fewer bytes; what cannot be had cheaply throws ``OutOfReach``.
protocol GuestDisk: AnyObject {
  /// Bytes of the disk.
  var size: UInt64 { get }
  /// The image file; put anew when more of a distant one has been fetched.
  var source: any ByteSource { get set }
  /// What the reads of the image file have cost so far.
  var cost: ReadCost { get }

  func read(at offset: UInt64, count: Int) throws -> [UInt8]
}
