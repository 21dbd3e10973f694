import CloudAccess

/// One thing a rule found in a request.
public struct Finding: Sendable, Hashable {
  /// The number of the rule in `docs/reference/rules.md`; 0 for the shape of the body itself.
  public var rule: Int

  /// The short name of the rule, such as `name-characters`.
  public var name: String

  /// The field by its API name, with an index where it is a list: `tags[2]`.
  public var field: String

  public var severity: Severity

  /// The code with which the cloud is expected to refuse; nil where it would not refuse.
  public var code: String?

  /// One sentence: the field, what was expected, what came.
  public var message: String

  /// What to do about it.
  public var hint: String?

  /// The check of preflight that found it, by which it can be left out; nil for a rule that needs no network.
  public var check: String?

  public init(
    rule: Int, name: String, field: String, severity: Severity, code: String? = nil, message: String,
    hint: String? = nil, check: String? = nil
  ) {
    self.rule = rule
    self.name = name
    self.field = field
    self.severity = severity
    self.code = code
    self.message = message
    self.hint = hint
    self.check = check
  }

  /// Where the finding comes from: `rule 4`, `plugin cost_centre`; nil for the shape of the body.
  public var origin: String? {
    if rule > 0 { return "rule \(rule)" }
    return name.hasPrefix("plugin:") ? "plugin \(name.dropFirst(7))" : nil
  }

  /// The finding as a JSON object; absent parts are left out.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "rule": .integer(Int64(rule)), "name": .string(name), "field": .string(field),
      "severity": .string(severity.rawValue), "message": .string(message),
    ]
    members["code"] = code.map(JSONValue.string)
    members["hint"] = hint.map(JSONValue.string)
    members["check"] = check.map(JSONValue.string)
    return .object(members)
  }
}
