/// The two ways of signing a request with an access key.
///
/// Which cloud takes which beyond its documented one is not certain, so the form can be chosen in the profile.
public enum SigningForm: String, Sendable, Hashable, CaseIterable, Codable {
  /// `SDK-HMAC-SHA256 Access=…`, the present form of Huawei Cloud.
  case a
  /// `SDK-HMAC-SHA256 Credential=…/date/region/service/sdk_request`, the scoped form of the OTC tools.
  case b
}
