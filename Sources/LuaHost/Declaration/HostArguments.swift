/// The arguments of one call of a host function, checked against its declaration already.
public struct HostArguments: Sendable {
  /// The arguments in order, without the receiver of a method.
  public let values: [LuaValue]
  /// The Swift object a method was called on.
  public let receiver: (any Sendable & AnyObject)?
  /// Where the script made the call, if a Lua function did.
  public let caller: LuaCaller?
  /// The name of the function that was called.
  public let functionName: String
  let handle: VMHandle

  /// The argument at a position counted from 0; `nil` when absent.
  public subscript(_ index: Int) -> LuaValue { index >= 0 && index < values.count ? values[index] : .nil }

  /// How many arguments were given.
  public var count: Int { values.count }

  /// The VM of the calling script, unless it was closed meanwhile.
  public var vm: LuaVM? { handle.vm }

  /// The receiver as a Swift type.
  /// - Throws: `ArgumentError` when it is something else.
  public func receiver<T: AnyObject>(as type: T.Type) throws -> T {
    guard let object = receiver as? T else {
      throw ArgumentError("'\(functionName)' was called on the wrong kind of object; call it with ':'")
    }
    return object
  }

  /// The Swift object at a position.
  /// - Throws: `ArgumentError` when it is something else.
  public func object<T: AnyObject>(_ index: Int, as type: T.Type) throws -> T {
    guard let object = self[index].object(as: type) else {
      throw ArgumentError("bad argument #\(index + 1) to '\(functionName)': unexpected \(self[index].kindName)")
    }
    return object
  }

  /// A named field of the table at a position; `nil` when either is absent.
  public func field(_ index: Int, _ name: String) -> LuaValue { self[index].tableValue?[name] ?? .nil }

  /// The text at a position, repaired if it is not UTF-8; nil when absent.
  public func string(_ index: Int) -> String? { self[index].stringValue }

  /// The integer at a position; nil when absent.
  public func integer(_ index: Int) -> Int64? { self[index].integerValue }

  /// The function at a position; nil when absent.
  public func function(_ index: Int) -> LuaFunction? { self[index].functionValue }

  /// The duration at a position; nil when absent.
  public func duration(_ index: Int) -> Duration? { self[index].duration }

  /// An error about one argument, worded as the checks word theirs.
  public func bad(_ index: Int, _ problem: String, parameter: String) -> ArgumentError {
    ArgumentError("bad argument #\(index + 1) '\(parameter)' to '\(functionName)': \(problem)")
  }
}

/// A place in a script.
public struct LuaCaller: Sendable, Equatable {
  /// The chunk's name, such as "fleet.lua".
  public let source: String
  /// The line, counted from 1.
  public let line: Int
}
