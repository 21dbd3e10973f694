import CLuaHost

extension VMState {
  /// Serves what C does not: undeclared fields and assignments, `tostring`, `#` and `pairs` of an object.
  func operate(
    _ operation: Int, _ handle: UInt64, _ values: UnsafeMutablePointer<clh_value>, _ count: Int,
    _ out: UnsafeMutablePointer<clh_out>
  ) -> Int32 {
    do {
      guard let slot = slots.find(handle) else { throw ArgumentError("the object is closed") }
      let type = types[Int(slot.type)]
      switch operation {
      case CLH_GET: try encode(get(slot.object, type, decode(values, count: 1)[0]), out)
      case CLH_SET: try set(slot.object, type, values)
      case CLH_TOSTRING: try encode(.string(type.storage.describe?(slot.object) ?? type.name), out)
      case CLH_LENGTH: clh_out_integer(out, Int64(type.storage.length?(slot.object) ?? 0))
      case CLH_REFUSE: throw refused(type, decode(values, count: count).first)
      default: try listFields(slot.object, type, out)
      }
      return Int32(CLH_RETURN)
    } catch {
      clh_forget_arguments(vm)
      return raise(error)
    }
  }

  private func get(_ object: any Sendable & AnyObject, _ type: ObjectType, _ key: LuaValue) throws -> LuaValue {
    if case .integer(let index) = key, let element = type.storage.element {
      return element(object, Int(clamping: index))
    }
    if let name = key.stringValue, let value = type.storage.lookUp?(object, name) { return value }
    throw unknown(type, key, "field or method")
  }

  private func set(
    _ object: any Sendable & AnyObject, _ type: ObjectType, _ values: UnsafeMutablePointer<clh_value>
  ) throws {
    if type.storage === ErrorBox.type.storage { throw ArgumentError("error objects are read-only") }
    var cursor = UnsafePointer(values)
    let key = decode(&cursor)
    guard let name = key.stringValue, let index = type.storage.fieldIndex[name] else {
      throw unknown(type, key, "field")
    }
    let field = type.fields[index]
    guard let set = field.set else { throw ArgumentError("field '\(name)' of \(type.name) is read-only") }
    let position = UnsafeMutablePointer(mutating: cursor)
    do {
      try set(object, HostReader(position, left: 1, context: Unmanaged.passUnretained(self).toOpaque()))
    } catch is RawMismatch {
      var value = decode(&cursor)
      let problem = field.type.problem(&value) ?? "expected \(field.type.name), got \(value.shown)"
      throw ArgumentError("field '\(name)' of \(type.name): \(problem)")
    }
  }

  private func listFields(
    _ object: any Sendable & AnyObject, _ type: ObjectType, _ out: UnsafeMutablePointer<clh_out>
  ) throws {
    if let box = object as? ErrorBox {
      return try encode(.record(box.fields), out)
    }
    let writer = HostWriter(out, context: Unmanaged.passUnretained(self).toOpaque())
    clh_out_table(out, 0, UInt32(clamping: type.fields.count))
    for field in type.fields {
      field.name.write(to: writer)
      try field.read(object, writer)
    }
  }

  private func refused(_ type: ObjectType, _ key: LuaValue?) -> ArgumentError {
    let problem = String(cString: clh_message(vm))
    guard let key else { return ArgumentError("\(type.name) has no such field or method: \(problem)") }
    return ArgumentError("field \(key.keyText) of \(type.name): \(problem)")
  }

  private func unknown(_ type: ObjectType, _ key: LuaValue, _ what: String) -> ArgumentError {
    let names = type.fields.map(\.name) + type.methods.map(\.key)
    let hint = key.stringValue.map { Suggestion.hint(for: $0, in: names) } ?? ""
    return ArgumentError("\(type.name) has no \(what) \(key.keyText)\(hint)")
  }
}
