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

  /// Copies the value at the cursor and moves past it and what it contains.
  func decode(_ cursor: inout UnsafePointer<clh_value>) -> LuaValue {
    let value = cursor.pointee
    cursor += 1
    switch Int(value.kind) {
    case CLH_BOOLEAN: return .boolean(value.integer != 0)
    case CLH_INTEGER: return .integer(value.integer)
    case CLH_NUMBER: return .number(value.number)
    case CLH_STRING: return .string(LuaString(bytes: Self.bytes(value.bytes, value.length)))
    case CLH_FUNCTION: return .function(LuaFunction(reference: take(cursor - 1)))
    case CLH_REFERENCE: return .object(LuaObject(take(cursor - 1), type: LuaReference.type))
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

  /// Becomes the owner of a reference, so that a second look at the same value, for a message, does not own it, too.
  private func take(_ value: UnsafePointer<clh_value>) -> LuaReference {
    let reference = LuaReference(number: value.pointee.integer, handle: handle)
    UnsafeMutablePointer(mutating: value).pointee.integer = Int64(CLH_NO_REFERENCE)
    return reference
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
