import CLuaHost

// What C calls. Free functions, since a closure with an inferred isolation would trap on the VM's thread; they return a
// code and never run Lua.

/// Calls a host function, or notes a waiting one.
func hostCall(
  _ context: UnsafeMutableRawPointer?, _ function: UnsafeRawPointer?, _ values: UnsafePointer<clh_value>?,
  _ count: Int32, _ out: UnsafeMutablePointer<clh_out>?
) -> Int32 {
  guard let context, let function, let values, let out else { return Int32(CLH_RAISE) }
  let held = Unmanaged<Binding>.fromOpaque(UnsafeMutableRawPointer(mutating: function))
  return held._withUnsafeGuaranteedRef { binding in
    if let body = binding.raw {
      do {
        try body(values, Int(count), out)
        return Int32(CLH_RETURN)
      } catch {
        return Unmanaged<VMState>.fromOpaque(context).takeUnretainedValue()
          .failRaw(binding, error, values, Int(count))
      }
    }
    return Unmanaged<VMState>.fromOpaque(context).takeUnretainedValue().call(binding, values, Int(count))
  }
}

/// Serves an operation on an object.
func hostObject(
  _ context: UnsafeMutableRawPointer?, _ operation: Int32, _ handle: UInt64, _ values: UnsafePointer<clh_value>?,
  _ count: Int32, _ out: UnsafeMutablePointer<clh_out>?
) -> Int32 {
  guard let context else { return Int32(CLH_RAISE) }
  return Unmanaged<VMState>.fromOpaque(context).takeUnretainedValue()
    .operate(Int(operation), handle, values, Int(count))
}

/// Finds the file of a module.
func hostFindModule(
  _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?, _ length: Int,
  _ out: UnsafeMutablePointer<clh_out>?
) -> Int32 {
  guard let context else { return Int32(CLH_RAISE) }
  let state = Unmanaged<VMState>.fromOpaque(context).takeUnretainedValue()
  let name = String(decoding: VMState.bytes(name, length), as: UTF8.self)
  return state.answering {
    let found = try state.finder.find(name)
    state.chunkNames.insert(String(found.chunkName.dropFirst()))
    return [.string(found.chunkName), .string(LuaString(bytes: found.source))]
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

extension VMState {
  /// Runs `body` and leaves its results or its error in the out buffer.
  func answering(_ body: () throws -> [LuaValue]) -> Int32 {
    do {
      try encode(body())
      return Int32(CLH_RETURN)
    } catch {
      encode(error: error, caller: caller(), task: current)
      return Int32(CLH_RAISE)
    }
  }

  func call(_ binding: Binding, _ values: UnsafePointer<clh_value>, _ count: Int) -> Int32 {
    if clh_released_count(vm) > 256 { releaseObjects() }
    var arguments = decode(values, count: count)
    do {
      let receiver = try binding.check(&arguments)
      let call = HostArguments(
        values: arguments, receiver: receiver, caller: caller(), functionName: binding.name, handle: handle,
        scope: current?.scope)
      switch binding.function.body {
      case .immediate(let run):
        try encode(run(call))
        return Int32(CLH_RETURN)
      case .waiting(let run):
        pending = PendingCall(run: run, arguments: call)
        return Int32(CLH_PENDING)
      case .raw: return Int32(CLH_RAISE)
      }
    } catch {
      encode(error: error, caller: caller(), task: current)
      return Int32(CLH_RAISE)
    }
  }

  /// A raw function refused its arguments, or threw: the declaration knows how to say it.
  func failRaw(_ binding: Binding, _ error: any Error, _ values: UnsafePointer<clh_value>, _ count: Int) -> Int32 {
    var thrown = error
    if error is RawMismatch {
      var arguments = decode(values, count: count)
      thrown = ArgumentError("bad argument to '\(binding.name)'")
      do { _ = try binding.check(&arguments) } catch { thrown = error }
    } else {
      clh_forget_arguments(vm)
    }
    encode(error: thrown, caller: caller(), task: current)
    return Int32(CLH_RAISE)
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
