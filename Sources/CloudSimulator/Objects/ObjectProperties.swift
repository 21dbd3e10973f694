import Foundation
import HTTPTypes

/// What an object has besides its bytes, as the request that stores it says.
struct ObjectProperties: Sendable, Equatable, Codable {
  /// In the words of OBS.
  var storageClass = "STANDARD"
  var contentType: String?
  /// The user's, by lower-case names without the prefix of the signature kind.
  var metadata: [String: String] = [:]
  /// Headers that come back with the object as they were given, by lower-case names.
  var headers: [String: String] = [:]

  /// Headers that are stored and given back.
  private static let kept = [
    HTTPField.Name.cacheControl, .contentDisposition, .contentEncoding, .contentLanguage, .expires,
  ]

  init() {}

  /// From the headers of a request; without a class the object gets `usualClass`.
  ///
  /// - Throws: InvalidArgument for a class that does not exist.
  init(_ call: ObjectCall, usualClass: String) throws(StorageRefusal) {
    storageClass = usualClass
    if let name = call.extensionHeader("storage-class") {
      guard let known = SignatureKind.storageClass(name) else {
        throw .invalidArgument("storage-class", name, "The storage class is unknown")
      }
      storageClass = known
    }
    contentType = call.exchange.header(.contentType)
    metadata = call.metadata
    for name in Self.kept {
      guard var value = call.exchange.header(name) else { continue }
      if name == .contentEncoding {
        // How the body travelled is no property of the object.
        value = value.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
          .filter { $0.lowercased() != "aws-chunked" }.joined(separator: ", ")
      }
      if !value.isEmpty { headers[name.canonicalName] = value }
    }
  }
}
