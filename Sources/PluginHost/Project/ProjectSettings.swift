import CloudAccess

/// What a project file says about how commands run in the project; what is nil it does not say.
///
/// It holds nothing that opens a door: neither credentials nor addresses, nor what scripts may reach. A file that came with somebody
/// else's repository must not decide about those.
public struct ProjectSettings: Sendable {
  /// A value with its place in the file.
  public struct Located<Value: Sendable>: Sendable {
    public var value: Value
    /// The file and the line, such as `slipway.yaml:3`.
    public var place: String

    public init(value: Value, place: String) {
      self.value = value
      self.place = place
    }
  }

  /// An entry of clouds.yaml, or `local`.
  public var cloud: Located<String>?
  public var dialect: Located<CloudDialect>?
  public var requestsPerSecond: Located<Double>?
  public var concurrentImports: Located<Int>?
  public var logLevel: Located<String>?
  /// The ledger's file, absolute and below the project's directory.
  public var ledger: Located<String>?
  /// The checks of preflight that are left out.
  public var skippedChecks: Located<[String]>?
  public var preflightTimeout: Located<Duration>?

  public init() {}
}
