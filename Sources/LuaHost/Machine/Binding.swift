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
  /// The body of a typed function, at hand without copying the declaration.
  let raw: HostFunction.RawBody?
  /// One of `CLH_CALL_AT_ONCE` …
  let how: Int32
  /// The declared types as far as one look at a value tells that it fits: most calls need no look at the declaration.
  private let plainTypes: [PlainType]
  /// How many arguments are needed at least.
  private let required: Int

  private enum PlainType {
    case any, boolean, integer, number, string, table, function, other
  }

  init(_ function: HostFunction, owner: ObjectType? = nil, isCall: Bool = false) {
    self.function = function
    self.owner = owner
    dropsExtra = isCall
    plainTypes = function.parameters.map(Self.plainType)
    required = (function.parameters.lastIndex { !$0.optional && !$0.type.acceptsNil } ?? -1) + 1
    let depth = function.referenceDepth.map { Int32($0 + 1) << 8 } ?? 0
    switch function.body {
    case .immediate: (raw, how) = (nil, Int32(CLH_CALL_AT_ONCE) | depth)
    case .waiting: (raw, how) = (nil, Int32(CLH_CALL_WAITING) | depth)
    case .raw(let body): (raw, how) = (body, Int32(CLH_CALL_RAW))
    }
    if let owner, !function.name.contains(":") {
      name = isCall ? owner.name : "\(owner.shortName):\(function.key)"
    } else {
      name = function.name
    }
  }

  /// Checks and normalises the arguments and takes the receiver off.
  /// - Throws: `ArgumentError`.
  func check(_ values: inout [LuaValue]) throws -> (any Sendable & AnyObject)? {
    var receiver: (any Sendable & AnyObject)?
    if let owner {
      guard case .object(let object)? = values.first,
        object.type.storage === owner.storage || object.type.name == owner.name
      else { throw ArgumentError(wrongReceiver(values.first ?? .nil, owner)) }
      receiver = object.value
      values.removeFirst()
    }
    if fitsPlainly(values) { return receiver }
    let declared = function.parameters
    let variadic = declared.last?.variadic == true
    if values.count > declared.count && !variadic {
      if dropsExtra {
        values.removeLast(values.count - declared.count)
      } else {
        let most = declared.count == 1 ? "1 argument" : "\(declared.count) arguments"
        throw ArgumentError("too many arguments to '\(name)': expected at most \(most), got \(values.count)")
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
    return receiver
  }

  private static func plainType(_ parameter: HostParameter) -> PlainType {
    if parameter.variadic { return .other }
    return switch parameter.type {
    case .any: .any
    case .boolean: .boolean
    case .integer: .integer
    case .number: .number
    case .string: .string
    case .table: .table
    case .function: .function
    default: .other
    }
  }

  /// Whether the arguments fit as they are; false when it takes the declaration to say.
  private func fitsPlainly(_ values: [LuaValue]) -> Bool {
    guard values.count >= required, values.count <= plainTypes.count else { return false }
    for index in values.indices {
      switch (plainTypes[index], values[index]) {
      case (.any, _), (.boolean, .boolean), (.integer, .integer), (.number, .number), (.number, .integer),
        (.string, .string), (.table, .table), (.function, .function):
        continue
      default: return false
      }
    }
    return true
  }

  private func bad(_ index: Int, _ parameter: HostParameter, _ problem: String) -> ArgumentError {
    ArgumentError("bad argument #\(index + 1) '\(parameter.name)' to '\(name)': \(problem)")
  }

  private func wrongReceiver(_ given: LuaValue, _ owner: ObjectType) -> String {
    "'\(name)' needs \(owner.article) \(owner.name) in front, got \(given.kindName): "
      + "call it with ':' instead of '.', as \(owner.shortName):\(function.key)(...)"
  }
}

extension ObjectType {
  /// The last part of the name in lower case, as a variable of that type might be called.
  var shortName: String { (name.split(separator: ".").last.map(String.init) ?? name).lowercased() }

  var article: String { name.first.map { "aeiouAEIOU".contains($0) } == true ? "an" : "a" }
}
