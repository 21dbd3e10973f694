extension LuaType {
  /// The type as messages and signatures spell it.
  public var name: String {
    switch self {
    case .any: "any"
    case .boolean: "boolean"
    case .integer: "integer"
    case .number: "number"
    case .string: "string"
    case .table: "table"
    case .function: "function"
    case .object(let name): name
    case .duration: "duration"
    case .size: "size"
    case .enumeration(let cases): cases.map { "\"\($0)\"" }.joined(separator: "|")
    case .list(let item): "list of \(item.name)"
    case .map: "table with string keys"
    case .union(let types): types.map(\.name).joined(separator: " or ")
    case .record: "table"
    case .alias(let alias): alias.type.name
    case .callback: "function"
    case .iterator: "iterator"
    case .generic: "any"
    }
  }

  /// The type as signatures in help and reference spell it: records and aliases by their own names.
  public var documentedName: String {
    switch self {
    case .record(let record): record.name ?? "table"
    case .alias(let alias): alias.name
    case .list(let item): "list of \(item.documentedName)"
    case .union(let types): types.map(\.documentedName).joined(separator: " or ")
    case .iterator(let values): "iterator of \(values.map(\.type.documentedName).joined(separator: ", "))"
    case .callback(let signature): signature.documentedName
    case .generic(let name): name
    default: name
    }
  }

  /// The names of the type parameters it mentions.
  var generics: [String] {
    switch self {
    case .generic(let name): [name]
    case .list(let item): item.generics
    case .union(let types): types.flatMap(\.generics)
    case .callback(let signature): (signature.parameters + signature.returns).flatMap(\.type.generics)
    case .iterator(let values): values.flatMap(\.type.generics)
    default: []
    }
  }
}
