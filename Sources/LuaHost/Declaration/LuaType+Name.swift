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
    }
  }
}
