/// How an upload is done.
public struct UploadOptions: Sendable {
  /// What becomes of an object that is there already under the same key, and is another one.
  public enum Existing: String, Sendable, Hashable, CaseIterable {
    /// The upload is refused.
    case refuse
    /// It is replaced when the upload is complete, and stays as it is until then.
    case replace
  }

  /// The most parts under way at a time, 1 to 64, and no more bytes of them than the first part has; how many really are
  /// depends on how the store bears it.
  public var parallel = 4
  /// The size of the first part of a source of known size, in bytes, and of all that is under way at a time: the parts
  /// behind have a ``parallel``th of it, at least 5 MiB. Nil for 5 MiB times ``parallel``, at least 20 MiB, or more where
  /// 10,000 parts would not do.
  public var partSize: UInt64?
  /// The most bytes a second, all parts together; nil for as fast as it goes.
  public var rateLimit: UInt64?
  public var existing = Existing.refuse
  /// The class of the object; nil for the bucket's.
  public var storageClass: StorageClass?
  public var contentType = "application/octet-stream"
  /// Where the parts that are stored are remembered, so that a killed upload can go on; nil for nowhere.
  public var recordDirectory: String?
  /// How often a part is sent before the upload gives up.
  public var attempts = 10

  /// The least part that is accepted; smaller in tests.
  var leastPart = PartPlan.leastSize
  /// The size of the parts of a sequential source that are held in memory.
  var heldPart: UInt64 = PartPlan.leastSize
  /// The size of the first of them, and of all that is under way at a time; that of the others when nil.
  var heldHead: UInt64? = 4 * PartPlan.leastSize
  /// How many parts of that size there are before larger ones, if the bound needs such.
  var heldParts = PartPlan.mostParts / 2

  public init() {}
}
