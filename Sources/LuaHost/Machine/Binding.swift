import CLuaHost

/// A host function as one VM knows it. C holds an unretained pointer to it; the VM's state keeps it alive.
final class Binding: Sendable {
  let function: HostFunction
  /// The name in messages: "shop.order", or "order:cancel" for a method.
  let name: String
  /// The type whose method this is.
  let owner: ObjectType?
  /// Whether arguments beyond the declared ones are dropped: a generic `for` passes two to every iterator.
  let dropsExtra: Bool
  /// What is to be run, each in a place of its own: taking a closure out of an enumeration costs a retain and a release.
  let raw: HostFunction.RawBody
  let immediate: @Sendable (HostArguments) throws -> [LuaValue]
  let waiting: (@Sendable (HostArguments) async throws -> [LuaValue])?
  let scheduling: (@Sendable (HostArguments, VMState) throws -> [LuaValue]?)?
  /// One of `CLH_CALL_AT_ONCE` …
  let how: Int32
  /// For each declared parameter a bit for every kind of value that fits without a look at the declaration.
  private let plainKinds: [UInt16]
  /// How many arguments are needed at least.
  private let required: Int
  /// How many arguments, a receiver included, a typed function is given at most.
  let mostTaken: Int

  init(_ function: HostFunction, owner: ObjectType? = nil, isCall: Bool = false) {
    self.function = function
    self.owner = owner
    dropsExtra = isCall
    plainKinds = function.parameters.map(Self.plainKinds)
    required = (function.parameters.lastIndex { !$0.optional && !$0.type.acceptsNil } ?? -1) + 1
    var raw: HostFunction.RawBody = { reader, _ in throw RawMismatch(left: reader.left) }
    var immediate: @Sendable (HostArguments) throws -> [LuaValue] = { _ in [] }
    var waiting: (@Sendable (HostArguments) async throws -> [LuaValue])?
    var scheduling: (@Sendable (HostArguments, VMState) throws -> [LuaValue]?)?
    switch function.body {
    case .immediate(let run): immediate = run
    case .waiting(let run): waiting = run
    case .raw(let run): raw = run
    case .scheduling(_, let run): scheduling = run
    }
    (self.raw, self.immediate, self.waiting, self.scheduling) = (raw, immediate, waiting, scheduling)
    mostTaken = isCall ? function.parameters.count + (owner == nil ? 0 : 1) : .max
    let depth = function.referenceDepth.map { Int32($0 + 1) << 8 } ?? 0
    how =
      switch function.body {
      case .immediate: Int32(CLH_CALL_AT_ONCE) | depth
      case .waiting: Int32(CLH_CALL_WAITING) | depth
      case .scheduling(let waits, _): Int32(waits ? CLH_CALL_WAITING : CLH_CALL_AT_ONCE) | depth
      case .raw: Int32(CLH_CALL_RAW)
      }
    if let owner, !function.name.contains(":") {
      name = isCall ? owner.name : "\(owner.shortName):\(function.key)"
    } else {
      name = function.name
    }
  }

  /// The receiver of a method, at the front of the arguments.
  /// - Throws: `ArgumentError`.
  func receiver(_ value: LuaValue?, _ owner: ObjectType) throws -> any Sendable & AnyObject {
    guard case .object(let object)? = value, object.type.storage === owner.storage || object.type.name == owner.name
    else { throw ArgumentError(wrongReceiver(value ?? .nil, owner)) }
    return object.value
  }

  /// Whether flat arguments (without a receiver) fit as they are; false when it takes the declaration to say.
  func fitsPlainly(_ values: UnsafePointer<clh_value>, _ count: Int) -> Bool {
    guard count >= required, count <= plainKinds.count else { return false }
    for index in 0..<count {
      let kind = (values + index).pointee.kind
      // After a table come its contents, so that it has to be the last.
      if plainKinds[index] & 1 << kind == 0 || (kind == UInt32(CLH_TABLE) && index + 1 < count) { return false }
    }
    return true
  }

  /// Checks and normalises the arguments, without a receiver.
  /// - Throws: `ArgumentError`.
  func check(_ values: inout [LuaValue]) throws {
    let declared = function.parameters
    let variadic = declared.last?.variadic == true
    if values.count > declared.count && !variadic {
      if dropsExtra {
        values.removeLast(values.count - declared.count)
      } else {
        throw tooMany("\(values.count)")
      }
    }
    for index in 0..<max(values.count, declared.count) {
      let parameter = declared[min(index, declared.count - 1)]
      if index >= values.count {
        if parameter.optional || parameter.type.acceptsNil { continue }
        throw bad(index, parameter, "expected \(parameter.type.name), got no value")
      }
      if parameter.optional && values[index].isNil { continue }
      if let problem = parameter.type.problem(&values[index]) { throw bad(index, parameter, problem) }
    }
  }

  private static func plainKinds(_ parameter: HostParameter) -> UInt16 {
    if parameter.variadic { return 0 }
    let kinds: [Int]
    switch parameter.type {
    case .any: kinds = Array(CLH_NIL...CLH_REFERENCE)
    case .boolean: kinds = [CLH_BOOLEAN]
    case .integer: kinds = [CLH_INTEGER]
    case .number: kinds = [CLH_INTEGER, CLH_NUMBER]
    case .string: kinds = [CLH_STRING]
    case .function: kinds = [CLH_FUNCTION]
    case .table: kinds = [CLH_TABLE]
    default: kinds = []
    }
    return kinds.reduce(parameter.optional ? 1 << CLH_NIL : 0) { $0 | 1 << UInt16($1) }
  }

  /// An error about one argument; `index` counts from 0, without the receiver.
  private func bad(_ index: Int, _ parameter: HostParameter, _ problem: String) -> ArgumentError {
    ArgumentError("bad argument #\(index + 1) '\(parameter.name)' to '\(name)': \(problem)")
  }

  private func tooMany(_ given: String) -> ArgumentError {
    let most = function.parameters.count == 1 ? "1 argument" : "\(function.parameters.count) arguments"
    return ArgumentError("too many arguments to '\(name)': expected at most \(most), got \(given)")
  }

  /// An error about an argument that cannot cross; `position` counts from 1, with the receiver.
  func refused(_ position: Int, _ problem: String) -> ArgumentError {
    let index = position - (owner == nil ? 1 : 2)
    if index < 0, let owner { return ArgumentError(wrongReceiver(problem, owner)) }
    let declared = function.parameters
    guard index < declared.count || declared.last?.variadic == true else { return tooMany("more") }
    let parameter = declared[min(index, declared.count - 1)]
    guard problem.hasPrefix("got ") else { return bad(index, parameter, problem) }
    let expected = parameter.type.acceptsNil ? "a value that can be copied" : parameter.type.name
    return bad(index, parameter, "expected \(expected), \(problem)")
  }

  /// An error about a typed function's argument, counted from 0 with the receiver, that its Swift type did not take.
  func unreadable(_ index: Int, _ given: LuaValue) -> ArgumentError {
    let index = index - (owner == nil ? 0 : 1)
    guard index >= 0, index < function.parameters.count else { return ArgumentError("bad argument to '\(name)'") }
    let parameter = function.parameters[index]
    return bad(index, parameter, "expected \(parameter.type.name), got \(given.shown)")
  }

  private func wrongReceiver(_ given: LuaValue, _ owner: ObjectType) -> String {
    wrongReceiver("got \(given.kindName)", owner)
  }

  private func wrongReceiver(_ problem: String, _ owner: ObjectType) -> String {
    "'\(name)' needs \(owner.article) \(owner.name) in front, \(problem): "
      + "call it with ':' instead of '.', as \(owner.shortName):\(function.key)(...)"
  }
}

extension ObjectType {
  /// The last part of the name in lower case, as a variable of that type might be called.
  var shortName: String { (name.split(separator: ".").last.map(String.init) ?? name).lowercased() }

  var article: String { name.first.map { "aeiouAEIOU".contains($0) } == true ? "an" : "a" }
}

/// A field of an object type as one VM knows it. C holds an unretained pointer to it; the VM's state keeps it alive.
final class FieldBinding: Sendable {
  let read: ObjectField.Reader

  init(_ field: ObjectField) { read = field.read }
}
