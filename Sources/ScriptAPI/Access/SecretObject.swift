import CloudAccess
import LuaHost

/// A secret as a script holds it: a name without a text, to be handed to functions that take secrets.
///
/// `tostring` gives `<secret NAME>`; it cannot be concatenated, encoded, logged or sent but where a host function reveals it on purpose.
public final class SecretObject: Sendable {
  /// What messages call it.
  public let name: String
  let secret: Secret

  /// Wraps a secret under a name that may be shown.
  public init(_ name: String, _ secret: Secret) {
    self.name = name
    self.secret = secret
  }

  /// What scripts see of it.
  public static let type = ObjectType(
    "http.Secret", "A secret: handed to `http` in a URL or a header, never shown.", fields: [], methods: [],
    description: { ($0 as? SecretObject).map { "<secret \($0.name)>" } ?? "<secret>" })

  /// The value to hand to a script.
  public var value: LuaValue { .object(LuaObject(self, type: Self.type)) }
}
