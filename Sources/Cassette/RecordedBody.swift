import CloudAccess
import Foundation

/// A body as a cassette holds it.
public enum RecordedBody: Sendable, Hashable {
  case json(JSONValue)
  case text(String)
  /// Bytes that are no text.
  case binary([UInt8])
  /// Left out: part of an upload, or too large. The hash is SHA-256 in hexadecimal digits; nil where not all of it was sent.
  case omitted(length: UInt64, hash: String?)

  var json: JSONValue {
    switch self {
    case .json(let value): return .object(["json": value])
    case .text(let text): return .object(["text": .string(text)])
    case .binary(let bytes): return .object(["base64": .string(Data(bytes).base64EncodedString())])
    case .omitted(let length, let hash):
      var members: [String: JSONValue] = ["length": .integer(Int64(clamping: length))]
      members["sha256"] = hash.map(JSONValue.string)
      return .object(members)
    }
  }

  init(_ json: JSONValue) throws {
    if let value = json["json"] {
      self = .json(value)
    } else if let text = json["text"]?.stringValue {
      self = .text(text)
    } else if let text = json["base64"]?.stringValue {
      guard let data = Data(base64Encoded: text) else { throw CassetteError("has a body that is no base64") }
      self = .binary(Array(data))
    } else if let length = json["length"]?.intValue, length >= 0 {
      self = .omitted(length: UInt64(length), hash: json["sha256"]?.stringValue)
    } else {
      throw CassetteError("has a body without json, text, base64 or length")
    }
  }

  /// The bytes; nil where they were left out.
  public var bytes: [UInt8]? {
    switch self {
    case .json(let value): Array(value.serialized().utf8)
    case .text(let text): Array(text.utf8)
    case .binary(let bytes): bytes
    case .omitted: nil
    }
  }

  /// Makes the form that is kept, without secrets.
  ///
  /// JSON is kept as JSON where that changes nothing for its reader: with `isExact` only if writing it again gives the same bytes.
  static func kept(
    _ bytes: [UInt8], contentType: String?, limit: Int, isExact: Bool, _ scrubber: SecretScrubber
  ) -> RecordedBody {
    guard bytes.count <= limit else { return .omitted(length: UInt64(bytes.count), hash: Fingerprint.sha256(bytes)) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      guard !scrubber.finds(in: bytes) else { return .omitted(length: UInt64(bytes.count), hash: nil) }
      return .binary(bytes)
    }
    if let first = bytes.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
      let value = try? JSONValue(parsing: bytes)
    {
      let clean = scrubber.json(value)
      // A number beyond what is kept exactly, or the spelling that a script may show.
      if isExact, clean == value, clean.serialized() != text { return .text(text) }
      return .json(clean)
    }
    if contentType?.asciiLowercased.hasPrefix("application/x-www-form-urlencoded") == true {
      return .text(scrubber.query(text))
    }
    return .text(scrubber.text(text))
  }
}
