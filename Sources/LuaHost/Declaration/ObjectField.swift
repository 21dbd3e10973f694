/// A field of an object type.
public struct ObjectField: Sendable {
  public let name: String
  public let type: LuaType
  /// One sentence for help and reference.
  public let docs: String
  /// Whether it may be nil.
  public let optional: Bool
  let read: Reader
  let set: Setter?

  /// Writes the field of an object.
  @usableFromInline typealias Reader = @Sendable (AnyObject, HostWriter) throws -> Void
  /// Assigns the next value, or throws `RawMismatch` when it is not of the type.
  @usableFromInline typealias Setter = @Sendable (AnyObject, HostReader) throws -> Void

  @usableFromInline
  init(name: String, type: LuaType, docs: String, optional: Bool, read: @escaping Reader, set: Setter?) {
    self.name = name
    self.type = type
    self.docs = docs
    self.optional = optional
    self.read = read
    self.set = set
  }

  /// Declares a field; without `set` it can only be read.
  public init(
    _ name: String, _ type: LuaType, _ docs: String, optional: Bool = false,
    get: @escaping @Sendable (AnyObject) throws -> LuaValue,
    set: (@Sendable (AnyObject, LuaValue) throws -> Void)? = nil
  ) {
    var setter: Setter?
    if let set { setter = { object, reader in try set(object, Self.checked(reader, type)) } }
    self.init(
      name: name, type: type, docs: docs, optional: optional,
      read: { object, writer in try writer.value(get(object)) }, set: setter)
  }

  /// Declares a field of a known Swift class.
  public static func of<T: AnyObject>(
    _ owner: T.Type, _ name: String, _ type: LuaType, _ docs: String, optional: Bool = false,
    get: @escaping @Sendable (T) throws -> LuaValue, set: (@Sendable (T, LuaValue) throws -> Void)? = nil
  ) -> ObjectField {
    var setter: Setter?
    if let set {
      setter = { object, reader in
        let value = try checked(reader, type)
        if let object = hostCast(object, to: T.self) { try set(object, value) }
      }
    }
    return ObjectField(
      name: name, type: type, docs: docs, optional: optional,
      read: { object, writer in
        guard let object = hostCast(object, to: T.self) else { return try writer.value(.nil) }
        try writer.value(get(object))
      }, set: setter)
  }

  /// Declares a field by its Swift type: the fast path, without a `LuaValue`. Without `set` it can only be read.
  @inlinable
  public static func typed<T: AnyObject, V: HostConvertible>(
    _ name: String, _ docs: String, get: @escaping @Sendable (T) throws -> V
  ) -> ObjectField {
    ObjectField(name: name, type: V.luaType, docs: docs, optional: V.isOptional, read: reader(get), set: nil)
  }

  /// Declares a field that scripts may assign to, by its Swift type.
  @inlinable
  public static func typed<T: AnyObject, V: HostConvertible>(
    _ name: String, _ docs: String, get: @escaping @Sendable (T) throws -> V,
    set: @escaping @Sendable (T, V) throws -> Void
  ) -> ObjectField {
    ObjectField(
      name: name, type: V.luaType, docs: docs, optional: V.isOptional, read: reader(get),
      set: { object, reader in
        var reader = reader
        guard let value = V.read(&reader) else { throw RawMismatch(left: 1) }
        if let object = hostCast(object, to: T.self) { try set(object, value) }
      })
  }

  @inlinable
  static func reader<T: AnyObject, V: HostConvertible>(_ get: @escaping @Sendable (T) throws -> V) -> Reader {
    { object, writer in
      guard let object = hostCast(object, to: T.self) else { return try writer.value(.nil) }
      try get(object).write(to: writer)
    }
  }

  private static func checked(_ reader: HostReader, _ type: LuaType) throws -> LuaValue {
    var reader = reader
    var value = reader.value()
    if type.problem(&value) != nil { throw RawMismatch(left: 1) }
    return value
  }

  /// Whether scripts may assign to it.
  public var isWritable: Bool { self.set != nil }
}
