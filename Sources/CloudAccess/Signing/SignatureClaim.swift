/// What an `Authorization` header of form A or B says.
public struct SignatureClaim: Sendable, Hashable {
  public var accessKey: String
  public var scope: RequestSigner.Scope
  /// The signed names in lower case, in the order given.
  public var signedHeaders: [String]
  public var signature: [UInt8]

  public var form: SigningForm { scope == .a ? .a : .b }

  /// Why a header cannot be read.
  struct Malformed: Error {
    var message: String
  }

  /// Whether the header's value names the algorithm of both forms.
  static func isOne(_ header: String) -> Bool {
    header.hasPrefix(RequestSigner.algorithm + " ")
  }

  /// Reads `SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…` or its `Credential=` form.
  init(parsing header: String) throws(Malformed) {
    var fields: [String: String] = [:]
    for part in header.dropFirst(RequestSigner.algorithm.count).split(separator: ",") {
      let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2 else { throw Malformed(message: "Authorization has a part without =") }
      guard fields.updateValue(String(pair[1]), forKey: String(pair[0])) == nil else {
        throw Malformed(message: "Authorization names \(pair[0]) twice")
      }
    }
    guard let names = fields["SignedHeaders"], !names.isEmpty else {
      throw Malformed(message: "Authorization has no SignedHeaders")
    }
    guard let hex = fields["Signature"], let signature = Hex.decode(hex), signature.count == 32 else {
      throw Malformed(message: "Authorization has no Signature of 64 hexadecimal digits")
    }
    self.signature = signature
    signedHeaders = names.split(separator: ";").map { $0.asciiLowercased }
    if let access = fields["Access"] {
      accessKey = access
      scope = .a
    } else if let credential = fields["Credential"] {
      let parts = credential.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 5, parts[4] == "sdk_request" else {
        throw Malformed(message: "Credential is not of the form AK/date/region/service/sdk_request")
      }
      accessKey = parts[0]
      scope = .b(day: parts[1], region: parts[2], service: parts[3])
    } else {
      throw Malformed(message: "Authorization has neither Access nor Credential")
    }
  }
}
