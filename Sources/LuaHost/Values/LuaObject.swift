/// A Swift object that scripts see as a userdata with fields and methods.
public struct LuaObject: Sendable, Equatable {
  /// The Swift object.
  public let value: any Sendable & AnyObject

  /// What scripts can do with it.
  public let type: ObjectType

  /// Pairs an object with its type.
  public init(_ value: any Sendable & AnyObject, type: ObjectType) {
    self.value = value
    self.type = type
  }

  /// Two are equal when they are the same Swift object.
  public static func == (left: LuaObject, right: LuaObject) -> Bool { left.value === right.value }
}
