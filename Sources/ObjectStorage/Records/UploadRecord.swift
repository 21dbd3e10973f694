import CloudAccess
import Foundation

/// What is remembered about an upload under way: enough to go on with it, and no secrets.
///
/// Kept as lines of JSON, the first for the upload and one more for each stored part, so that remembering a part costs the
/// same for the first as for the ten thousandth. A last line without its end, as a kill leaves it, is as if it were not there.
public struct UploadRecord: Sendable, Hashable {
  /// A part that was stored.
  public struct Part: Sendable, Hashable {
    public var stored: StoredPart
    /// Where the source stands behind the part, for one that makes its bytes in order.
    public var checkpoint: [UInt8]?

    public init(stored: StoredPart, checkpoint: [UInt8]? = nil) {
      self.stored = stored
      self.checkpoint = checkpoint
    }
  }

  /// The store's ``ObjectStore/identity``.
  public var store: String
  public var bucket: String
  public var key: String
  public var uploadID: String
  /// What the source was called, for people.
  public var source: String
  public var fingerprint: String
  /// The size of the source in bytes, where it was known.
  public var size: UInt64?
  public var plan: PartPlan
  /// Where the source stood before its first byte, for one that makes its bytes in order.
  public var checkpoint: [UInt8]?
  public var begun: Date
  /// By their numbers.
  public var parts: [Int: Part] = [:]

  /// The bytes in stored parts.
  public var storedBytes: UInt64 { parts.values.reduce(0) { $0 + $1.stored.size } }

  /// The checkpoints from the beginning as far as they go without a gap, and the number of the last part among them.
  var checkpoints: [[UInt8]] {
    guard let checkpoint else { return [] }
    var list = [checkpoint]
    while let next = parts[list.count]?.checkpoint { list.append(next) }
    return list
  }

  // MARK: Lines

  /// The line for the upload itself.
  var line: String {
    var members: [(String, JSONValue)] = [
      ("slipway_upload", 1), ("store", .string(store)), ("bucket", .string(bucket)), ("key", .string(key)),
      ("upload_id", .string(uploadID)), ("source", .string(source)), ("fingerprint", .string(fingerprint)),
      ("head_size", .integer(Int64(clamping: plan.headSize))), ("part_size", .integer(Int64(clamping: plan.firstSize))),
      ("part_count", .integer(Int64(plan.firstCount))),
      ("rest_size", .integer(Int64(clamping: plan.restSize))), ("begun", .string(Timestamp.iso8601(begun))),
    ]
    if let size { members.append(("size", .integer(Int64(clamping: size)))) }
    if let checkpoint { members.append(("checkpoint", .string(Data(checkpoint).base64EncodedString()))) }
    return JSONValue.serialized(members: members) + "\n"
  }

  /// The line for a stored part.
  static func line(_ part: Part) -> String {
    var members: [(String, JSONValue)] = [
      ("part", .integer(Int64(part.stored.number))), ("size", .integer(Int64(clamping: part.stored.size))),
      ("etag", .string(part.stored.etag)),
    ]
    if let checkpoint = part.checkpoint {
      members.append(("checkpoint", .string(Data(checkpoint).base64EncodedString())))
    }
    return JSONValue.serialized(members: members) + "\n"
  }

  /// Reads the lines of a record; nil when the first is none. Reading ends at the first line that is damaged.
  public init?(lines content: [UInt8]) {
    var length = 0
    self.init(lines: content, length: &length)
  }

  /// The same, telling how many bytes could be read.
  init?(lines content: [UInt8], length: inout Int) {
    var lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // What stands behind the last line's end was not finished.
    _ = lines.popLast()
    guard let first = lines.first, let header = try? JSONValue(parsing: Array(first)),
      header["slipway_upload"]?.intValue == 1, let store = header["store"]?.stringValue,
      let bucket = header["bucket"]?.stringValue, let key = header["key"]?.stringValue,
      let uploadID = header["upload_id"]?.stringValue, let fingerprint = header["fingerprint"]?.stringValue,
      let partSize = Self.positive(header["part_size"]), let restSize = Self.positive(header["rest_size"]),
      let headSize = Self.positive(header["head_size"]),
      let count = header["part_count"]?.intValue, (1...PartPlan.mostParts).contains(count)
    else { return nil }
    self.store = store
    self.bucket = bucket
    self.key = key
    self.uploadID = uploadID
    self.fingerprint = fingerprint
    source = header["source"]?.stringValue ?? ""
    size = header["size"]?.intValue.flatMap { UInt64(exactly: $0) }
    plan = PartPlan(headSize: headSize, firstSize: partSize, firstCount: count, restSize: restSize)
    begun = header["begun"]?.stringValue.flatMap { Timestamp.iso8601($0) } ?? .distantPast
    checkpoint = Self.bytes(header["checkpoint"])
    length = first.count + 1
    for line in lines.dropFirst() {
      guard let value = try? JSONValue(parsing: Array(line)), let number = value["part"]?.intValue,
        (1...PartPlan.mostParts).contains(number), let size = Self.positive(value["size"]),
        let etag = value["etag"]?.stringValue
      else { return }
      parts[number] = Part(
        stored: StoredPart(number: number, etag: etag, size: size), checkpoint: Self.bytes(value["checkpoint"]))
      length += line.count + 1
    }
  }

  init(
    store: String, bucket: String, key: String, uploadID: String, source: String, fingerprint: String,
    size: UInt64?, plan: PartPlan, checkpoint: [UInt8]? = nil, begun: Date
  ) {
    self.store = store
    self.bucket = bucket
    self.key = key
    self.uploadID = uploadID
    self.source = source
    self.fingerprint = fingerprint
    self.size = size
    self.plan = plan
    self.checkpoint = checkpoint
    // As exact as it is written.
    self.begun = Date(timeIntervalSince1970: begun.timeIntervalSince1970.rounded(.down))
  }

  private static func positive(_ value: JSONValue?) -> UInt64? {
    guard let number = value?.intValue, number > 0, number <= 1 << 50 else { return nil }
    return UInt64(number)
  }

  private static func bytes(_ value: JSONValue?) -> [UInt8]? {
    value?.stringValue.flatMap { Data(base64Encoded: $0) }.map { [UInt8]($0) }
  }
}
