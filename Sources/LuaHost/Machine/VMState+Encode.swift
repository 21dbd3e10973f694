import CLuaHost

extension VMState {
  /// Writes values to the out buffer, emptied before. C pushes them when no Swift frame is left.
  /// - Throws: `ArgumentError` when a value cannot go into this VM; the buffer is empty then.
  func encode(_ values: [LuaValue]) throws {
    clh_out_reset(vm)
    guard let out = clh_out_buffer(vm) else { return }
    do {
      for value in values { try encode(value, out) }
    } catch {
      clh_out_reset(vm)
      throw error
    }
  }

  /// Appends one value to the out buffer.
  func encode(_ value: LuaValue, _ out: UnsafeMutablePointer<clh_out>, depth: Int = 0) throws {
    switch value {
    case .nil: clh_out_nil(out)
    case .boolean(let flag): clh_out_boolean(out, flag)
    case .integer(let number): clh_out_integer(out, number)
    case .number(let number): clh_out_number(out, number)
    case .string(let text): encode(text.bytes, out)
    case .function(let function):
      guard function.reference.handle === handle else {
        throw ArgumentError("a function of another Lua VM cannot be used here")
      }
      clh_out_reference(out, UInt32(CLH_FUNCTION), function.reference.number)
    case .object(let object):
      if let reference = object.value as? LuaReference {
        guard reference.handle === handle else {
          throw ArgumentError("a value of another Lua VM cannot be used here")
        }
        return clh_out_reference(out, UInt32(CLH_REFERENCE), reference.number)
      }
      let type = typeNumber(object.type)
      clh_out_object(out, slots.retain(object.value, type: type), type)
    case .table(let table):
      guard depth < configuration.tableDepthLimit else {
        throw ArgumentError("the table is nested deeper than \(configuration.tableDepthLimit) levels")
      }
      clh_out_table(out, table.array.count, UInt32(clamping: table.entries.count))
      for item in table.array { try encode(item, out, depth: depth + 1) }
      for entry in table.entries {
        if entry.key.isNil || entry.key.numberValue?.isNaN == true {
          throw ArgumentError("a table key cannot be nil or NaN")
        }
        try encode(entry.key, out, depth: depth + 1)
        try encode(entry.value, out, depth: depth + 1)
      }
    }
  }

  private func encode(_ bytes: [UInt8], _ out: UnsafeMutablePointer<clh_out>) {
    bytes.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { _ = clh_out_string(out, $0.baseAddress, $0.count) }
    }
  }

  /// Writes an error to the out buffer: another script's as the value it was, a Swift one as an error object.
  func encode(error: any Error, caller: LuaCaller?, task: LuaTask?) {
    clh_out_reset(vm)
    guard let out = clh_out_buffer(vm) else { return }
    if let error = error as? LuaError, let reference = error.reference, reference.handle === handle {
      if let task {
        task.rethrown = error  // keeps the reference, too
        clh_task_mark_rethrown(task.pointer, reference.number)
      }
      clh_out_reference(out, UInt32(CLH_REFERENCE), reference.number)
      return
    }
    if let error = error as? LuaError, error.raisedNil === handle { return clh_out_nil(out) }
    releaseManyObjects()
    let box = ErrorBox(error, caller: caller)
    clh_out_object(out, slots.retain(box, type: 0), 0)
  }
}
