import CLuaHost

/// A Swift class whose instances scripts see as objects of one type: typed functions can take and return it.
///
/// A typed method is a typed function whose first parameter is the receiver.
public protocol HostObject: AnyObject, HostConvertible {
  /// The name of `objectType`. Apart, since the type's own methods are declared while `objectType` is being made.
  static var typeName: String { get }
  /// What scripts can do with an instance; to be stored, not computed.
  static var objectType: ObjectType { get }
}

extension HostObject {
  public static var luaType: LuaType { .object(typeName) }

  @inlinable
  public static func read(_ reader: inout HostReader) -> Self? {
    guard let object = reader.object(), let own = object._withUnsafeGuaranteedRef({ hostCast($0, to: Self.self) })
    else { return nil }
    reader.advance()
    return own
  }

  public func write(to writer: HostWriter) throws { writer.object(self, Self.objectType) }
}

/// `object as? T` with a short way for the class itself: a dynamic cast would cost more than the rest of a call.
@inlinable
func hostCast<T: AnyObject>(_ object: AnyObject, to type: T.Type) -> T? {
  if ObjectIdentifier(Swift.type(of: object)) == ObjectIdentifier(type) { return unsafeDowncast(object, to: type) }
  return object as? T
}
