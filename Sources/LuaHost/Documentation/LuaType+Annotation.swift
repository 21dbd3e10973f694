extension LuaType {
  /// The type as LuaCATS annotations spell it; `path` names a record that has no name.
  func annotation(_ path: String) -> String {
    switch self {
    case .any, .boolean, .integer, .number, .string, .table, .function, .duration, .size: name
    case .object(let name): name
    case .enumeration(let words): words.map(LuaText.quoted).joined(separator: "|")
    case .list(let item):
      item.isCompound ? "(\(item.annotation(path)))[]" : "\(item.annotation(path))[]"
    case .map: "table<string, any>"
    case .union(let types):
      types.map { $0.isCompound ? "(\($0.annotation(path)))" : $0.annotation(path) }.joined(separator: "|")
    case .record(let record): record.name ?? path
    case .alias(let alias): alias.name
    case .callback(let signature): signature.annotation(path)
    case .iterator(let values): "fun(): \(values.map { $0.type.annotation(path) }.joined(separator: ", "))"
    case .generic(let name): name
    }
  }

  /// Whether it needs parentheses inside another type.
  private var isCompound: Bool {
    switch self {
    case .enumeration(let words): words.count > 1
    case .union(let types): types.count > 1
    case .callback, .iterator: true
    default: false
    }
  }

  /// The same for a value that may be nil.
  func optionalAnnotation(_ path: String) -> String {
    switch self {
    case .any: "any"
    default: isCompound ? "(\(annotation(path)))?" : annotation(path) + "?"
    }
  }
}

extension LuaSignature {
  /// The signature as a LuaCATS function type.
  func annotation(_ path: String) -> String {
    let list = parameters.map { parameter in
      let type = parameter.type.annotation(NamedTypes.path(path, parameter.name))
      return "\(LuaText.parameter(parameter))\(parameter.optional && !parameter.variadic ? "?" : ""): \(type)"
    }
    // "..." as a result has no spelling that all language servers know; a single `any` lets every function pass.
    let results = returns.map { result in
      let path = NamedTypes.path(path, result.name)
      return result.optional ? result.type.optionalAnnotation(path) : result.type.annotation(path)
    }
    return "fun(\(list.joined(separator: ", ")))" + (results.isEmpty ? "" : ": \(results.joined(separator: ", "))")
  }
}
