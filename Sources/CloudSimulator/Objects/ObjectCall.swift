import CloudAccess
import Foundation
import HTTPTypes

/// A request to object storage: the bucket and the key of its path, and whose words the answer uses.
struct ObjectCall: Sendable {
  let exchange: Exchange
  let kind: SignatureKind
  /// Empty for the list of buckets.
  let bucket: String
  /// Empty for the bucket itself.
  let key: String

  /// - Throws: `StorageRefusal` when the key is no UTF-8.
  init(_ exchange: Exchange, kind: SignatureKind) throws(StorageRefusal) {
    self.exchange = exchange
    self.kind = kind
    let path = exchange.path.utf8.drop { $0 == UInt8(ascii: "/") }
    let slash = path.firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
    bucket = PercentEncoding.decode(Substring(path[..<slash]))
    let rest = slash == path.endIndex ? "" : Substring(path[path.index(after: slash)...])
    guard let key = String(validating: PercentEncoding.decodedBytes(rest), as: UTF8.self) else {
      throw .invalidArgument("key", String(rest), "The key is not UTF-8")
    }
    self.key = key
  }

  /// What a request copies, as the header says it; nil when it copies nothing.
  static func copySource(in headers: HTTPFields) -> String? {
    for prefix in [SignatureKind.obs.prefix, SignatureKind.aws.prefix] {
      if let field = HTTPField.Name(prefix + "copy-source"), let value = headers[field] { return value }
    }
    return nil
  }

  /// Whether the request makes something from another object.
  var isCopy: Bool { Self.copySource(in: exchange.request.headers) != nil }

  /// Value of a header by its name, compared without case.
  func header(_ name: String) -> String? { HTTPField.Name(name).flatMap(exchange.header) }

  /// Value of an extension header, whichever of the two names it has.
  func extensionHeader(_ name: String) -> String? {
    for prefix in [SignatureKind.obs.prefix, SignatureKind.aws.prefix] {
      if let field = HTTPField.Name(prefix + name), let value = exchange.header(field) { return value }
    }
    return nil
  }

  /// The user's metadata by their names without prefix, in lower case.
  var metadata: [String: String] {
    var found: [String: String] = [:]
    for field in exchange.request.headers {
      let name = field.name.canonicalName
      for prefix in ["x-obs-meta-", "x-amz-meta-"] where name.hasPrefix(prefix) {
        found[String(name.dropFirst(prefix.count))] = field.value
      }
    }
    return found
  }

  // MARK: Parameters of lists

  /// Whether keys in the answer are to be percent-encoded.
  var encodes: Bool { exchange.query("encoding-type") == "url" }

  /// A key as the answer has it.
  func encoded(_ text: String) -> String { encodes ? PercentEncoding.encode(text, allowing: "/") : text }

  /// A text of the query; empty when it is absent.
  func text(_ name: String) -> String { exchange.query(name) ?? "" }

  /// A number of the query, 0 or more; nil when it is absent or empty.
  ///
  /// - Throws: InvalidArgument.
  func number(_ name: String) throws(StorageRefusal) -> Int? {
    guard let text = exchange.query(name), !text.isEmpty else { return nil }
    guard let number = Int(text), number >= 0 else {
      throw .invalidArgument(name, text, "Argument \(name) must be an integer of 0 or more")
    }
    return number
  }

  /// Most entries of a page: what the client wants, up to 1000.
  func limit(_ name: String) throws(StorageRefusal) -> Int { min(try number(name) ?? 1000, 1000) }
}
