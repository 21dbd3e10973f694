/// Decides what the scripts of one VM may use of the machine and of the cloud.
///
/// Every host function that reaches beyond its VM asks first, with the need it really has. The answer belongs to the VM and not to who
/// calls, so callbacks, coroutines and objects make no difference.
public protocol ScriptAccess: Sendable {
  /// Lets a need pass.
  ///
  /// - Throws: a ``ScriptFailure`` of kind `capability` that says how to allow it.
  func check(_ need: AccessNeed) throws

  /// Whether a real path may be read; asked where a denial is nothing to tell the user about.
  func mayRead(_ path: String) -> Bool

  /// Whether files may be read only in some places, so that real paths matter.
  var confinesFiles: Bool { get }

  /// Whether a server of that name may be one of this machine or of a private network: where the name itself was granted, not a pattern.
  func allowsPrivateAddress(host: String, port: Int) -> Bool

  /// How many HTTP requests may be under way; nil for any number.
  var webGate: WebGate? { get }
}

extension ScriptAccess {
  public var webGate: WebGate? { nil }
}
