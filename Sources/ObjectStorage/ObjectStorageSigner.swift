import CloudAccess
import Crypto
import Foundation

/// The signatures of object storage, without any state: native (header and URL), AWS versions 2 and 4.
///
/// The native one and AWS version 2 differ in words only. Everything sorts bytes.
public enum ObjectStorageSigner {
  /// The text that the native signature and AWS version 2 sign.
  ///
  /// `expires`, in seconds since 1970, takes the place of the date when the URL is signed.
  public static func stringToSign(
    _ request: ObjectRequest, kind: ObjectStorageSignature, expires: String? = nil
  ) -> String {
    stringToSign(request, kind: kind, resource: resource(request), expires: expires)
  }

  static func stringToSign(
    _ request: ObjectRequest, kind: ObjectStorageSignature, resource: String, expires: String?
  ) -> String {
    let prefix = kind.headerPrefix
    var own: [String: [String]] = [:]
    for header in request.headers {
      let name = header.name.asciiLowercased
      guard name.hasPrefix(prefix) else { continue }
      own[name, default: []].append(name.hasPrefix(prefix + "meta-") ? header.value.trimmed : header.value)
    }
    let date = expires ?? (own[prefix + "date"] == nil ? request.header("Date") ?? "" : "")
    var text = request.method + "\n"
    text += (request.header("Content-MD5") ?? "") + "\n"
    text += (request.header("Content-Type") ?? "") + "\n"
    text += date + "\n"
    for name in own.keys.sorted(by: { $0.precedesByBytes($1) }) {
      text += "\(name):\((own[name] ?? []).joined(separator: ","))\n"
    }
    return text + resource + signedParameters(request.query, prefix: prefix)
  }

  /// The signature of the native kind and of AWS version 2.
  public static func signature(of stringToSign: String, secret: Secret) -> String {
    let code = HMAC<Insecure.SHA1>.authenticationCode(
      for: Array(stringToSign.utf8), using: SymmetricKey(data: Array(secret.reveal().utf8)))
    return Data(code).base64EncodedString()
  }

  /// The value of the `Authorization` header of the native kind and of AWS version 2.
  public static func authorization(
    _ request: ObjectRequest, kind: ObjectStorageSignature, key: AccessKey
  ) -> String {
    let text = stringToSign(request, kind: kind)
    return "\(kind.authorizationWord) \(key.access):\(signature(of: text, secret: key.secret))"
  }

  /// The parameters that sign a URL, in plain text, to be added to the query; usable until `expires`.
  public static func urlParameters(
    _ request: ObjectRequest, kind: ObjectStorageSignature, key: AccessKey, expires: Int
  ) -> [(name: String, value: String?)] {
    var request = request
    var parameters: [(name: String, value: String?)] = []
    if let token = key.securityToken {
      parameters.append((kind.headerPrefix + "security-token", token.reveal()))
      request.query += parameters
    }
    let text = stringToSign(request, kind: kind, expires: String(expires))
    return [
      (kind == .obs ? "AccessKeyId" : "AWSAccessKeyId", key.access), ("Expires", String(expires)),
      ("Signature", signature(of: text, secret: key.secret)),
    ] + parameters
  }

  /// The bucket and key as they are signed. With the bucket in the path and no key there is no last slash.
  static func resource(_ request: ObjectRequest) -> String {
    var text = request.bucket.map { "/" + $0 } ?? ""
    if request.addressing == .virtual, !text.isEmpty { text += "/" }
    if let key = request.key, !key.isEmpty {
      if !text.hasSuffix("/") { text += "/" }
      text += PercentEncoding.encode(key, allowing: "/")
    }
    return text.isEmpty ? "/" : text
  }

  private static func signedParameters(_ query: [(name: String, value: String?)], prefix: String) -> String {
    let signed = query.filter { pair in
      let name = pair.name.asciiLowercased
      return signedNames.contains(name) || name.hasPrefix(prefix)
    }
    guard !signed.isEmpty else { return "" }
    let sorted = signed.sorted { $0.name.precedesByBytes($1.name) }
    return "?"
      + sorted.map { pair in
        PercentEncoding.encode(pair.name, allowing: "/") + (pair.value.map { "=" + $0 } ?? "")
      }.joined(separator: "&")
  }

  /// The parameters that are part of the resource, in lower case.
  private static let signedNames: Set<String> = [
    "acl", "append", "backtosource", "cors", "delete", "deletebucket", "dispolicy", "encryption", "inventory",
    "length", "lifecycle", "location", "logging", "metadata", "modify", "name", "notification", "object-lock",
    "partnumber", "policy", "position", "publicaccessblock", "quota", "rename", "replication", "requestpayment",
    "response-cache-control", "response-content-disposition", "response-content-encoding",
    "response-content-language", "response-content-type", "response-expires", "restore", "retention",
    "storageclass", "storageinfo", "storagepolicy", "tagging", "torrent", "truncate", "uploadid", "uploads",
    "versionid", "versioning", "versions", "website", "x-image-process",
  ]
}
