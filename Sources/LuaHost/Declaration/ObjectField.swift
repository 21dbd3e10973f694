/// A field of an object type.
public struct ObjectField: Sendable {
  public let name: String
  public let type: LuaType
  /// One sentence for help and reference.
  public let docs: String
  /// Whether it may be nil.
  public let optional: Bool
  let get: @Sendable (AnyObject) throws -> LuaValue
  let set: (@Sendable (AnyObject, LuaValue) throws -> Void)?

  /// Declares a field; without `set` it can only be read.
  public init(
    _ name: String, _ type: LuaType, _ docs: String, optional: Bool = false,
    get: @escaping @Sendable (AnyObject) throws -> LuaValue,
    set: (@Sendable (AnyObject, LuaValue) throws -> Void)? = nil
  ) {
    self.name = name
    self.type = type
    self.docs = docs
    self.optional = optional
    self.get = get
    self.set = set
  }

  /// Declares a field of a known Swift class.
  public static func of<T: AnyObject>(
    _ owner: T.Type, _ name: String, _ type: LuaType, _ docs: String, optional: Bool = false,
    get: @escaping @Sendable (T) throws -> LuaValue, set: (@Sendable (T, LuaValue) throws -> Void)? = nil
  ) -> ObjectField {
    var setter: (@Sendable (AnyObject, LuaValue) throws -> Void)?
    if let set {
      setter = { object, value in
        guard let object = object as? T else { return }
        try set(object, value)
      }
    }
    return ObjectField(
      name, type, docs, optional: optional,
      get: { object in
        guard let object = object as? T else { return .nil }
        return try get(object)
      }, set: setter)
  }

  /// Whether scripts may assign to it.
  public var isWritable: Bool { self.set != nil }
}
