import CLuaHost

extension VMState {
  /// Copies flat values. Every reference among them becomes a `LuaFunction`, which owns it.
  func decode(_ values: UnsafePointer<clh_value>?, count: Int) -> [LuaValue] {
    guard var cursor = values else { return [] }
    var result: [LuaValue] = []
    result.reserveCapacity(count)
    for _ in 0..<count { result.append(decode(&cursor)) }
    return result
  }

  private func decode(_ cursor: inout UnsafePointer<clh_value>) -> LuaValue {
    let value = cursor.pointee
    cursor += 1
    switch Int(value.kind) {
    case CLH_BOOLEAN: return .boolean(value.integer != 0)
    case CLH_INTEGER: return .integer(value.integer)
    case CLH_NUMBER: return .number(value.number)
    case CLH_STRING: return .string(LuaString(bytes: Self.bytes(value.bytes, value.length)))
    case CLH_FUNCTION:
      return .function(LuaFunction(reference: LuaReference(number: value.integer, handle: handle)))
    case CLH_REFERENCE:
      return .object(LuaObject(LuaReference(number: value.integer, handle: handle), type: LuaReference.type))
    case CLH_OBJECT:
      guard let slot = slots.find(value.handle) else { return .nil }
      return .object(LuaObject(slot.object, type: types[Int(slot.type)]))
    case CLH_TABLE:
      var table = LuaTable()
      table.array.reserveCapacity(value.length)
      for _ in 0..<value.length { table.array.append(decode(&cursor)) }
      table.entries.reserveCapacity(Int(value.extra))
      for _ in 0..<value.extra {
        let key = decode(&cursor)
        table.entries.append((key: key, value: decode(&cursor)))
      }
      if table.entries.count > 1 { table.entries.sort { Self.precedes($0.key, $1.key) } }
      return .table(table)
    default: return .nil
    }
  }

  static func bytes(_ pointer: UnsafePointer<CChar>?, _ length: Int) -> [UInt8] {
    guard let pointer, length > 0 else { return [] }
    return Array(UnsafeRawBufferPointer(start: pointer, count: length))
  }

  /// Numbers before strings before everything else.
  private static func precedes(_ left: LuaValue, _ right: LuaValue) -> Bool {
    switch (left, right) {
    case (.string(let a), .string(let b)): return a.bytes.lexicographicallyPrecedes(b.bytes)
    case (.integer(let a), .integer(let b)): return a < b
    default:
      if let a = left.numberValue, let b = right.numberValue { return a < b }
      return rank(left) < rank(right)
    }
  }

  private static func rank(_ value: LuaValue) -> Int {
    switch value {
    case .integer, .number: 0
    case .string: 1
    case .boolean: 2
    default: 3
    }
  }
}
