/// A named, typed and documented parameter, result or field of a record.
public struct HostParameter: Sendable {
  /// The name as the documentation and messages spell it.
  public let name: String
  /// The type values are checked against.
  public let type: LuaType
  /// One sentence for the reference.
  public let docs: String
  /// Whether `nil` or nothing at all may be given.
  public let optional: Bool
  /// Whether it stands for all further arguments; only the last one may.
  public let variadic: Bool
  /// Whether stubs, reference and help leave it out.
  public let hidden: Bool

  /// Declares a parameter.
  public init(_ name: String, _ type: LuaType, _ docs: String, optional: Bool = false) {
    self.init(name, type, docs, optional: optional, variadic: false, hidden: false)
  }

  private init(_ name: String, _ type: LuaType, _ docs: String, optional: Bool, variadic: Bool, hidden: Bool) {
    self.name = name
    self.type = type
    self.docs = docs
    self.optional = optional
    self.variadic = variadic
    self.hidden = hidden
  }

  /// Declares "all further arguments", each of the given type.
  public static func rest(_ name: String, _ type: LuaType, _ docs: String) -> HostParameter {
    HostParameter(name, type, docs, optional: true, variadic: true, hidden: false)
  }

  /// Declares a field that is taken and documented nowhere, because something else has to say what is wrong with it.
  public static func hidden(_ name: String, _ type: LuaType) -> HostParameter {
    HostParameter(name, type, "", optional: true, variadic: false, hidden: true)
  }
}
