import CLuaHost

extension LuaVM {
  /// Runs a script to its end, with all tasks it spawns.
  ///
  /// Cancelling the surrounding Swift task stops it, an endless loop too; the VM stays usable. The first failure of a
  /// spawned task that no script awaited is thrown when all have ended.
  /// - Parameters:
  ///   - source: Lua text; a first line that begins with "#" is skipped.
  ///   - name: The name in positions and tracebacks, such as "fleet.lua".
  ///   - arguments: What `...` is in the script.
  /// - Returns: What the script returned.
  /// - Throws: `LuaError`.
  public func run(_ source: [UInt8], name: String, arguments: [LuaValue] = []) async throws -> [LuaValue] {
    try checkOpen()
    let scope = TaskScope()
    countRoot(1)
    defer { countRoot(-1) }
    let text = LuaSource.trimmed(source)
    let body = Task { () -> [LuaValue] in
      try await self.perform(scope: scope) { state, task in
        try state.load(text, name: name, into: task)
        try state.pass(arguments, to: task)
      }
    }
    scope.attach { body.cancel() }
    let result = await withTaskCancellationHandler {
      await body.result
    } onCancel: {
      scope.cancelAll()
    }
    if case .failure = result { scope.cancelAll() }
    await scope.join()
    if let exit = scope.exit { throw exit }
    let values = try result.get()
    if let failure = scope.firstFailure { throw failure }
    if Task.isCancelled { throw LuaError(kind: .cancelled, message: "cancelled") }
    return values
  }

  /// Runs one input of an interactive session: as an expression if it is one, else as a chunk.
  ///
  /// Globals persist. Tasks it spawns go on in the background. Cycles and values that cannot leave the VM come back as short
  /// texts.
  /// - Throws: `LuaError`; of kind `.syntax(incomplete: true)` when more lines could complete the input.
  public func evaluate(_ source: String, name: String = "stdin") async throws -> [LuaValue] {
    try checkOpen()
    countRoot(1)
    defer { countRoot(-1) }
    return try await perform(scope: background, lenient: true) { state, task in
      do {
        try state.load(Array("return \(source)".utf8), name: name, into: task)
      } catch let unfinished as LuaError where unfinished.kind == .syntax(incomplete: true) {
        do {
          try state.load(Array(source.utf8), name: name, into: task)
        } catch {
          throw unfinished  // "1 +" is the beginning of an expression, though not of a statement
        }
      } catch {
        try state.load(Array(source.utf8), name: name, into: task)
      }
    }
  }

  /// Compiles without running.
  /// - Throws: `LuaError` of kind `syntax`.
  public func check(_ source: [UInt8], name: String) throws {
    try checkOpen()
    let task = try makeTask(scope: background)
    defer { finish(task) }
    try state.load(LuaSource.trimmed(source), name: name, into: task)
  }

  /// Runs a function as a task of its own; see `LuaFunction.call`.
  func call(_ function: LuaFunction, _ arguments: [LuaValue]) async throws -> [LuaValue] {
    try checkOpen()
    return try await perform(scope: Self.scope ?? background) { state, task in
      guard clh_task_load_reference(task.pointer, function.reference.number) else { throw VMState.outOfMemory }
      try state.pass(arguments, to: task)
    }
  }

  private func makeTask(scope: TaskScope) throws -> LuaTask {
    state.drain()
    guard let flag = CancelFlag(), let pointer = clh_task_new(state.vm, flag.pointer) else { throw VMState.outOfMemory }
    return LuaTask(pointer: pointer, flag: flag, scope: scope)
  }

  private func finish(_ task: LuaTask) {
    state.current = task  // `__close` handlers may call host functions
    clh_task_free(task.pointer)
    state.current = nil
    state.drain()
  }

  private func perform(
    scope: TaskScope, lenient: Bool = false, prepare: @Sendable (VMState, LuaTask) throws -> Void
  ) async throws -> [LuaValue] {
    let task = try makeTask(scope: scope)
    defer { finish(task) }
    try prepare(state, task)
    let flag = task.flag
    return try await withTaskCancellationHandler {
      try await drive(task, lenient: lenient)
    } onCancel: {
      flag.set()
    }
  }
}

extension VMState {
  /// Compiles text into a task.
  func load(_ source: [UInt8], name: String, into task: LuaTask) throws {
    chunkNames.insert(name)
    let status = source.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { clh_task_load(task.pointer, $0.baseAddress, $0.count, "@\(name)") }
    }
    if status != Int32(CLH_DONE) { throw error(of: task) }
  }

  /// Gives a task its arguments.
  func pass(_ arguments: [LuaValue], to task: LuaTask) throws {
    if arguments.isEmpty { return }
    try encode(arguments)
    guard clh_task_arguments(task.pointer) else { throw problem }
  }
}
