extension LuaType {
  /// Whether `nil` is one of the type's values.
  var acceptsNil: Bool {
    switch self {
    case .any, .generic: true
    case .alias(let alias): alias.type.acceptsNil
    case .union(let types): types.contains { $0.acceptsNil }
    default: false
    }
  }

  /// What is wrong with a value, or nil. Floats without a fraction become integers where integers are asked for.
  func problem(_ value: inout LuaValue) -> String? {
    switch self {
    case .any, .generic: return nil
    case .boolean: return value.boolValue == nil ? mismatch(value) : nil
    case .integer:
      guard let integer = value.integerValue else {
        return "expected integer, got \(value.shown)"
      }
      value = .integer(integer)
      return nil
    case .number: return value.numberValue == nil ? mismatch(value) : nil
    case .string: return value.bytesValue == nil ? mismatch(value) : nil
    case .table: return value.tableValue == nil ? mismatch(value) : nil
    case .function, .callback: return value.functionValue == nil ? mismatch(value) : nil
    case .iterator: return value.functionValue == nil && value.objectValue?.type.call == nil ? mismatch(value) : nil
    case .object(let name): return value.objectValue?.type.name == name ? nil : mismatch(value)
    case .duration: return LuaDuration.parse(value) == nil ? malformed(value, "like \"90s\" or \"1h30m\"") : nil
    case .size: return LuaSize.parse(value) == nil ? malformed(value, "like \"40GB\"") : nil
    case .enumeration(let cases): return enumerationProblem(value, cases)
    case .list(let item): return listProblem(&value, item)
    case .map: return mapProblem(value)
    case .union(let types): return unionProblem(&value, types)
    case .record(let record): return recordProblem(&value, record.fields)
    case .alias(let alias): return alias.type.problem(&value)
    }
  }

  private func mismatch(_ value: LuaValue) -> String { "expected \(name), got \(value.kindName)" }

  private func malformed(_ value: LuaValue, _ example: String) -> String {
    switch value {
    case .string(let text): "expected a \(name) \(example), got \"\(text.string.prefix(40))\""
    case .integer, .number: "expected a \(name) \(example), got \(value.numberText)"
    default: mismatch(value)
    }
  }

  private func enumerationProblem(_ value: LuaValue, _ cases: [String]) -> String? {
    guard let text = value.stringValue else { return mismatch(value) }
    if cases.contains(text) { return nil }
    return "expected one of \(name), got \"\(text.prefix(40))\"" + Suggestion.hint(for: text, in: cases)
  }

  private func listProblem(_ value: inout LuaValue, _ item: LuaType) -> String? {
    guard case .table(var table) = value else { return mismatch(value) }
    if let entry = table.entries.first {
      return "expected a list, got a table with the key \(entry.key.keyText)"
    }
    for index in table.array.indices {
      if let problem = item.problem(&table.array[index]) { return "item \(index + 1): \(problem)" }
    }
    value = .table(table)
    return nil
  }

  private func mapProblem(_ value: LuaValue) -> String? {
    guard case .table(let table) = value else { return mismatch(value) }
    if !table.array.isEmpty { return "expected a table with string keys, got a list" }
    for entry in table.entries where entry.key.bytesValue == nil {
      return "expected a table with string keys, got the key \(entry.key.keyText)"
    }
    return nil
  }

  private func unionProblem(_ value: inout LuaValue, _ types: [LuaType]) -> String? {
    for type in types {
      var copy = value
      if type.problem(&copy) == nil {
        value = copy
        return nil
      }
    }
    // A member of the same kind knows better what is wrong than "expected A or B, got B".
    for type in types where type.takesTables == (value.tableValue != nil) && type.takesTables {
      return type.problem(&value)
    }
    return mismatch(value)
  }

  private var takesTables: Bool {
    switch self {
    case .table, .list, .map, .record: true
    case .alias(let alias): alias.type.takesTables
    default: false
    }
  }

  private func recordProblem(_ value: inout LuaValue, _ fields: [HostParameter]) -> String? {
    guard case .table(var table) = value else { return mismatch(value) }
    if !table.array.isEmpty { return "expected named fields, got a list" }
    let names = fields.map(\.name)
    for index in table.entries.indices {
      guard let name = table.entries[index].key.stringValue, let field = fields.first(where: { $0.name == name }) else {
        let key = table.entries[index].key
        return "unknown field \(key.keyText)" + (key.stringValue.map { Suggestion.hint(for: $0, in: names) } ?? "")
      }
      if let problem = field.type.problem(&table.entries[index].value) { return "field '\(name)': \(problem)" }
    }
    for field in fields where !field.optional && !field.type.acceptsNil && table[field.name].isNil {
      return "missing field '\(field.name)' (\(field.type.name))"
    }
    value = .table(table)
    return nil
  }
}

extension LuaValue {
  /// A value as messages show what came instead of what was expected: the kind, and of a number why it does not do.
  var shown: String {
    if case .integer(let integer) = self { return "the integer \(integer)" }
    guard case .number(let number) = self else { return kindName }
    return number.isFinite && number.rounded() != number
      ? "number with a fraction: \(number)" : "the number \(numberText)"
  }

  /// A number as Lua writes it.
  var numberText: String {
    switch self {
    case .integer(let integer): "\(integer)"
    case .number(let number) where number.isNaN: "nan"
    case .number(let number): "\(number)"
    default: kindName
    }
  }

  /// A key as messages show it.
  var keyText: String {
    switch self {
    case .string(let text): "'\(text.string.prefix(40))'"
    case .integer(let number): "[\(number)]"
    case .number(let number): "[\(number)]"
    case .boolean(let flag): "[\(flag)]"
    default: "of type \(kindName)"
    }
  }
}
