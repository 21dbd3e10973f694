import CLuaHost

/// The arguments of one call of a host function, checked against its declaration already.
public struct HostArguments: Sendable {
  let record: CallRecord

  /// The arguments in order, without the receiver of a method.
  public var values: [LuaValue] { record.values }
  /// The Swift object a method was called on.
  public var receiver: (any Sendable & AnyObject)? { record.receiver }
  /// Where the script made the call, if a Lua function did. A function that answers at once has to ask before it returns.
  public var caller: LuaCaller? { record.caller }
  /// A number that grows with the calls of the VM; a script that runs the same way again makes calls of the same numbers.
  public var callNumber: UInt64 { record.number }
  /// The name of the function that was called.
  public var functionName: String { record.functionName }

  /// The argument at a position counted from 0; `nil` when absent.
  public subscript(_ index: Int) -> LuaValue {
    index >= 0 && index < record.values.count ? record.values[index] : .nil
  }

  /// How many arguments were given.
  public var count: Int { record.values.count }

  /// The VM of the calling script, unless it was closed meanwhile.
  public var vm: LuaVM? { record.handle.vm }

  /// The receiver as a Swift type.
  /// - Throws: `ArgumentError` when it is something else.
  public func receiver<T: AnyObject>(as type: T.Type) throws -> T {
    guard let receiver, let object = hostCast(receiver, to: type) else {
      throw ArgumentError("'\(functionName)' was called on the wrong kind of object; call it with ':'")
    }
    return object
  }

  /// The Swift object at a position.
  /// - Throws: `ArgumentError` when it is something else.
  public func object<T: AnyObject>(_ index: Int, as type: T.Type) throws -> T {
    guard case .object(let given) = self[index], let object = hostCast(given.value, to: type) else {
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

  /// Counts bytes that a function which answers at once is about to write for the script, such as a line of a log, against the limit of
  /// output.
  /// - Returns: False when they go over it: the script ends with this call, and they are not to be written.
  public func countOutput(_ bytes: Int) -> Bool {
    clh_serving(record.vm) == nil || clh_add_output(record.vm, max(bytes, 0))
  }

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
