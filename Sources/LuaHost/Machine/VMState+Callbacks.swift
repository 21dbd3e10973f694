import CLuaHost

// What C calls. Free functions, since a closure with an inferred isolation would trap on the VM's thread; they return a
// code and never run Lua.

/// Calls a declared host function, or notes a waiting one.
func hostCall(
  _ context: UnsafeMutableRawPointer?, _ function: UnsafeRawPointer?, _ values: UnsafeMutablePointer<clh_value>?,
  _ count: Int32, _ out: UnsafeMutablePointer<clh_out>?
) -> Int32 {
  guard let context, let function, let values, let out else { return Int32(CLH_RAISE) }
  return binding(function)._withUnsafeGuaranteedRef { binding in
    Unmanaged<VMState>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.call(binding, values, Int(count), out) }
  }
}

/// Calls a typed host function.
func hostCallRaw(
  _ context: UnsafeMutableRawPointer?, _ function: UnsafeRawPointer?, _ values: UnsafeMutablePointer<clh_value>?,
  _ count: Int32, _ out: UnsafeMutablePointer<clh_out>?
) -> Int32 {
  guard let context, let function, let values, let out else { return Int32(CLH_RAISE) }
  return binding(function)._withUnsafeGuaranteedRef { binding in
    let taken = min(Int(count), binding.mostTaken)
    do {
      try binding.raw(HostReader(values, left: taken, context: context), HostWriter(out, context: context))
      if taken < count {
        Unmanaged<VMState>.fromOpaque(context)._withUnsafeGuaranteedRef { clh_forget_arguments($0.vm) }
      }
      return Int32(CLH_RETURN)
    } catch {
      return Unmanaged<VMState>.fromOpaque(context)._withUnsafeGuaranteedRef {
        $0.failRaw(binding, error, values, taken)
      }
    }
  }
}

/// Reads a field of an object.
func hostField(
  _ context: UnsafeMutableRawPointer?, _ field: UnsafeRawPointer?, _ handle: UInt64,
  _ out: UnsafeMutablePointer<clh_out>?
) -> Int32 {
  guard let context, let field, let out else { return Int32(CLH_RAISE) }
  return Unmanaged<VMState>.fromOpaque(context)._withUnsafeGuaranteedRef { state in
    Unmanaged<FieldBinding>.fromOpaque(field)._withUnsafeGuaranteedRef { binding in
      do {
        guard let object = state.slots.object(handle) else { throw ArgumentError("the object is closed") }
        try object._withUnsafeGuaranteedRef { try binding.read($0, HostWriter(out, context: context)) }
        return Int32(CLH_RETURN)
      } catch {
        return state.raise(error)
      }
    }
  }
}

/// Words why an argument cannot cross.
func hostRefuse(
  _ context: UnsafeMutableRawPointer?, _ function: UnsafeRawPointer?, _ index: Int32,
  _ out: UnsafeMutablePointer<clh_out>?
) -> Int32 {
  guard let context, let function else { return Int32(CLH_RAISE) }
  let state = Unmanaged<VMState>.fromOpaque(context).takeUnretainedValue()
  let problem = String(cString: clh_message(state.vm))
  return state.raise(binding(function)._withUnsafeGuaranteedRef { $0.refused(Int(index), problem) })
}

private func binding(_ function: UnsafeRawPointer) -> Unmanaged<Binding> { Unmanaged.fromOpaque(function) }

/// Serves an operation on an object.
func hostObject(
  _ context: UnsafeMutableRawPointer?, _ operation: Int32, _ handle: UInt64,
  _ values: UnsafePointer<clh_value>?, _ count: Int32, _ out: UnsafeMutablePointer<clh_out>?
) -> Int32 {
  guard let context, let values, let out else { return Int32(CLH_RAISE) }
  return Unmanaged<VMState>.fromOpaque(context).takeUnretainedValue()
    .operate(Int(operation), handle, UnsafeMutablePointer(mutating: values), Int(count), out)
}

/// Finds the file of a module.
func hostFindModule(
  _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?, _ length: Int,
  _ out: UnsafeMutablePointer<clh_out>?
) -> Int32 {
  guard let context else { return Int32(CLH_RAISE) }
  let state = Unmanaged<VMState>.fromOpaque(context).takeUnretainedValue()
  let name = String(decoding: VMState.bytes(name, length), as: UTF8.self)
  do {
    let found = try state.finder.find(name)
    state.chunkNames.insert(String(found.chunkName.dropFirst()))
    try state.encode([.string(found.chunkName), .string(LuaString(bytes: found.source))])
    return Int32(CLH_RETURN)
  } catch {
    do { try state.encode([.string("\(error)")]) } catch { clh_out_reset(state.vm) }
    return Int32(CLH_RAISE)
  }
}

/// Hands on what `print` writes.
func hostPrint(_ context: UnsafeMutableRawPointer?, _ bytes: UnsafePointer<CChar>?, _ length: Int) {
  guard let context else { return }
  let state = Unmanaged<VMState>.fromOpaque(context).takeUnretainedValue()
  state.configuration.output(VMState.bytes(bytes, length))
}

/// Hands on a warning of the script.
func hostWarn(_ context: UnsafeMutableRawPointer?, _ bytes: UnsafePointer<CChar>?, _ length: Int) {
  guard let context else { return }
  let state = Unmanaged<VMState>.fromOpaque(context).takeUnretainedValue()
  state.configuration.warning(String(decoding: VMState.bytes(bytes, length), as: UTF8.self))
}

/// Time has passed while a script runs that cannot be made to wait.
func hostTick(_ context: UnsafeMutableRawPointer?) {
  guard let context else { return }
  Unmanaged<VMState>.fromOpaque(context).takeUnretainedValue().tick()
}

/// Writes the name of a host function, for tracebacks.
func hostName(
  _ context: UnsafeMutableRawPointer?, _ function: UnsafeRawPointer?, _ buffer: UnsafeMutablePointer<CChar>?,
  _ size: Int
) {
  guard let function, let buffer, size > 0 else { return }
  let binding = Unmanaged<Binding>.fromOpaque(UnsafeMutableRawPointer(mutating: function)).takeUnretainedValue()
  let bytes = binding.name.utf8.prefix(size - 1)
  for (index, byte) in bytes.enumerated() { buffer[index] = CChar(bitPattern: byte) }
  buffer[bytes.count] = 0
}

extension VMState {
  /// Runs `body` and leaves its results or its error in the out buffer.
  func answering(_ body: () throws -> [LuaValue]) -> Int32 {
    do {
      try encode(body())
      return Int32(CLH_RETURN)
    } catch {
      return raise(error)
    }
  }

  /// Leaves an error in the out buffer.
  func raise(_ error: any Error) -> Int32 {
    encode(error: error, caller: caller(), task: current)
    return Int32(CLH_RAISE)
  }

  /// Calls a declared function.
  func call(
    _ binding: Binding, _ values: UnsafeMutablePointer<clh_value>, _ count: Int, _ out: UnsafeMutablePointer<clh_out>
  ) -> Int32 {
    releaseManyObjects()
    var record = takeRecord(binding)
    do {
      try fill(record, binding, values, count)
      if let waiting = binding.waiting {
        record.knownCaller = caller()
        pending = PendingCall(run: waiting, arguments: HostArguments(record: record))
        return Int32(CLH_PENDING)
      }
      if let scheduling = binding.scheduling {
        let values = try scheduling(HostArguments(record: record), self)
        for value in values ?? [] { try encode(value, out) }
        giveBack(&record)
        return Int32(values == nil ? CLH_PENDING : CLH_RETURN)
      }
      for value in try binding.immediate(HostArguments(record: record)) { try encode(value, out) }
      giveBack(&record)
      return Int32(CLH_RETURN)
    } catch {
      clh_forget_arguments(vm)
      let code = raise(error)
      giveBack(&record)
      return code
    }
  }

  private func fill(
    _ record: CallRecord, _ binding: Binding, _ values: UnsafeMutablePointer<clh_value>, _ count: Int
  ) throws {
    var cursor = UnsafePointer(values)
    var count = count
    if let owner = binding.owner {
      record.receiver = try receiver(binding, owner, cursor, count)
      cursor += 1
      count -= 1
    }
    let fits = binding.fitsPlainly(cursor, count)
    for _ in 0..<count { record.values.append(decode(&cursor)) }
    if !fits { try binding.check(&record.values) }
  }

  private func receiver(
    _ binding: Binding, _ owner: ObjectType, _ value: UnsafePointer<clh_value>, _ count: Int
  ) throws -> any Sendable & AnyObject {
    if count > 0, value.pointee.kind == UInt32(CLH_OBJECT), let slot = slots.find(value.pointee.handle),
      types[Int(slot.type)].storage === owner.storage
    {
      return slot.object
    }
    return try binding.receiver(decode(value, count: min(count, 1)).first, owner)
  }

  /// A record for a call: the one that was given back last, if nobody kept that.
  private func takeRecord(_ binding: Binding) -> CallRecord {
    callNumber &+= 1
    let record = spareRecord.take() ?? CallRecord(binding, handle: handle, vm: vm)
    if record.binding != ObjectIdentifier(binding) {
      record.binding = ObjectIdentifier(binding)
      record.functionName = binding.name
    }
    record.number = callNumber
    return record
  }

  private func giveBack(_ record: inout CallRecord) {
    callNumber &+= 1  // who kept the record learns no more from it
    guard isKnownUniquelyReferenced(&record) else { return }
    record.empty()
    spareRecord = record
  }

  /// A typed function refused its arguments, or threw: the declaration knows how to say it.
  func failRaw(
    _ binding: Binding, _ error: any Error, _ values: UnsafeMutablePointer<clh_value>, _ count: Int
  ) -> Int32 {
    guard let mismatch = error as? RawMismatch else {
      clh_forget_arguments(vm)
      return raise(error)
    }
    var arguments = decode(values, count: count)
    let index = count - mismatch.left
    let given = index < arguments.count ? arguments[index] : .nil
    do {
      if let owner = binding.owner {
        _ = try binding.receiver(arguments.first, owner)
        arguments.removeFirst()
      }
      try binding.check(&arguments)
      throw binding.unreadable(index, given)
    } catch {
      return raise(error)
    }
  }

  /// Where the script made the call that is being served.
  func caller() -> LuaCaller? {
    var source: UnsafePointer<CChar>?
    var same = false
    let line = clh_caller(vm, &source, &same)
    guard line > 0, let source else { return nil }
    if !same { callerSource = fullName(String(cString: source)) }
    return LuaCaller(source: callerSource, line: Int(line))
  }
}
