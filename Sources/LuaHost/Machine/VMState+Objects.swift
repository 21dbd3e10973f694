import CLuaHost

extension VMState {
  /// Serves reading and writing of fields, `tostring`, `#` and `pairs` of an object.
  func operate(_ operation: Int, _ handle: UInt64, _ values: UnsafePointer<clh_value>?, _ count: Int) -> Int32 {
    let arguments = decode(values, count: count)
    return answering {
      guard let slot = slots.find(handle) else { throw ArgumentError("the object is closed") }
      let type = types[Int(slot.type)]
      switch operation {
      case CLH_GET: return [try get(slot.object, type, arguments[0])]
      case CLH_SET:
        try set(slot.object, type, arguments[0], arguments[1])
        return []
      case CLH_TOSTRING: return [.string(type.storage.describe?(slot.object) ?? type.name)]
      case CLH_LENGTH: return [.integer(Int64(type.storage.length?(slot.object) ?? 0))]
      default: return [try listFields(slot.object, type)]
      }
    }
  }

  private func get(_ object: any Sendable & AnyObject, _ type: ObjectType, _ key: LuaValue) throws -> LuaValue {
    if case .integer(let index) = key, let element = type.storage.element {
      return element(object, Int(clamping: index))
    }
    guard let name = key.stringValue else { throw unknown(type, key, "field or method") }
    if let index = type.storage.fieldIndex[name] { return try type.fields[index].get(object) }
    if let value = type.storage.lookUp?(object, name) { return value }
    throw unknown(type, key, "field or method")
  }

  private func set(
    _ object: any Sendable & AnyObject, _ type: ObjectType, _ key: LuaValue, _ value: LuaValue
  ) throws {
    if type.storage === ErrorBox.type.storage { throw ArgumentError("error objects are read-only") }
    guard let name = key.stringValue, let index = type.storage.fieldIndex[name] else {
      throw unknown(type, key, "field")
    }
    let field = type.fields[index]
    guard let set = field.set else { throw ArgumentError("field '\(name)' of \(type.name) is read-only") }
    var value = value
    if let problem = field.type.problem(&value) {
      throw ArgumentError("field '\(name)' of \(type.name): \(problem)")
    }
    try set(object, value)
  }

  private func listFields(_ object: any Sendable & AnyObject, _ type: ObjectType) throws -> LuaValue {
    if let box = object as? ErrorBox { return .record(box.order.map { ($0, box.fields[$0] ?? .nil) }) }
    return .record(try type.fields.map { ($0.name, try $0.get(object)) })
  }

  private func unknown(_ type: ObjectType, _ key: LuaValue, _ what: String) -> ArgumentError {
    let names = type.fields.map(\.name) + type.methods.map(\.key)
    let hint = key.stringValue.map { Suggestion.hint(for: $0, in: names) } ?? ""
    return ArgumentError("\(type.name) has no \(what) \(key.keyText)\(hint)")
  }
}
