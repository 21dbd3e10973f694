/// The two families of names in object storage; the kind of the signature decides which one an answer uses.
enum SignatureKind: Sendable {
  case obs, aws

  /// Beginning of all extension headers.
  var prefix: String { self == .obs ? "x-obs-" : "x-amz-" }

  /// Name of the XML name space.
  var namespace: String {
    self == .obs ? "http://obs.otc.t-systems.com/doc/2016-01-01/" : "http://s3.amazonaws.com/doc/2006-03-01/"
  }

  /// A storage class in the words of this kind.
  func name(ofClass storageClass: String) -> String {
    guard self == .aws else { return storageClass }
    return switch storageClass {
    case "WARM": "STANDARD_IA"
    case "COLD": "GLACIER"
    default: storageClass
    }
  }

  /// A storage class in the words of OBS; nil for a word that names none.
  static func storageClass(_ name: String) -> String? {
    switch name {
    case "STANDARD", "WARM", "COLD", "DEEP_ARCHIVE", "INTELLIGENT_TIERING": name
    case "STANDARD_IA": "WARM"
    case "GLACIER": "COLD"
    default: nil
    }
  }
}
