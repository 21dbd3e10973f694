/// Where an image file lies: the bucket and the key of the object.
public struct ImageLocation: Sendable, Hashable, CustomStringConvertible {
  public var bucket: String
  public var key: String

  public init(bucket: String, key: String) {
    self.bucket = bucket
    self.key = key
  }

  /// From the API's form `bucket:object`, split at the first colon; nil without a colon or with an empty part.
  public init?(_ text: String) {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    self.init(bucket: String(text[..<colon]), key: String(text[text.utf8.index(after: colon)...]))
    if bucket.isEmpty || key.isEmpty { return nil }
  }

  /// From `obs://bucket/object` or `s3://bucket/object`; nil for anything else.
  public init?(storeURL text: String) {
    guard let scheme = ImageLocation.scheme(of: text), scheme == "obs" || scheme == "s3" else { return nil }
    self.init(path: text.dropFirst(scheme.count + 3))
  }

  /// From any URL that plainly names an object: the store forms, and `https` with the bucket in the host or in the path.
  public init?(url text: String) {
    if let location = ImageLocation(storeURL: text) {
      self = location
      return
    }
    guard let scheme = ImageLocation.scheme(of: text), scheme == "https" || scheme == "http" else { return nil }
    let rest = text.dropFirst(scheme.count + 3).prefix { $0 != "?" && $0 != "#" }
    guard let slash = rest.firstIndex(of: "/") else { return nil }
    let host = rest[..<slash]
    let path = rest[rest.index(after: slash)...]
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    let service = labels.firstIndex { $0 == "obs" || $0 == "s3" || $0.hasPrefix("s3-") }
    if let service, service > 0 {
      let decoded = path.removingPercentEncoding
      self.init(bucket: labels[..<service].joined(separator: "."), key: decoded)
    } else {
      self.init(path: Substring(path.removingPercentEncoding))
      return
    }
    if bucket.isEmpty || key.isEmpty { return nil }
  }

  private init?(path: Substring) {
    guard let slash = path.firstIndex(of: "/") else { return nil }
    self.init(bucket: String(path[..<slash]), key: String(path[path.index(after: slash)...]))
    if bucket.isEmpty || key.isEmpty { return nil }
  }

  /// The lower-case scheme of a text of the form `scheme://…`, if it is one.
  static func scheme(of text: String) -> String? {
    guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"), colon > text.startIndex else {
      return nil
    }
    let scheme = text[..<colon]
    guard scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }) else { return nil }
    return scheme.lowercased()
  }

  /// The API's form, `bucket:object`.
  public var description: String { "\(bucket):\(key)" }

  /// The last part of the key.
  public var fileName: String {
    guard let slash = key.utf8.lastIndex(of: UInt8(ascii: "/")) else { return key }
    return String(key[key.utf8.index(after: slash)...])
  }

  /// The lower-case text after the last period of the file name; nil without one.
  public var fileExtension: String? {
    let name = fileName
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex else { return nil }
    let text = name[name.utf8.index(after: dot)...].lowercased()
    return text.isEmpty ? nil : text
  }

  /// The key of the bitmap that belongs to a RAW file: the same with `.mf`; nil for any other file.
  public var bitmapKey: String? {
    guard fileExtension == "raw", let dot = key.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
    return key[..<dot] + ".mf"
  }
}

extension Substring {
  /// The text with `%XX` resolved where that gives valid UTF-8, else unchanged.
  fileprivate var removingPercentEncoding: String {
    var bytes: [UInt8] = []
    var rest = utf8.makeIterator()
    while let byte = rest.next() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.next(), let low = rest.next(),
        let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
      else { return String(self) }
      bytes.append(value)
    }
    return String(validating: bytes, as: UTF8.self) ?? String(self)
  }
}
