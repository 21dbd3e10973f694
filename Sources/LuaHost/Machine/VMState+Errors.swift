import CLuaHost

extension VMState {
  /// Describes why a task failed, while its stack still stands.
  func error(of task: LuaTask) -> LuaError {
    var described = clh_error()
    clh_task_error(task.pointer, &described)
    // First the value: it points into the buffer that every other reading reuses.
    let value = decode(described.value, count: described.value == nil ? 0 : 1).first ?? .nil
    let reference = described.reference == 0 ? nil : LuaReference(number: described.reference, handle: handle)
    let traceback = Self.text(described.traceback, described.traceback_length)
    if described.rethrown, var inner = task.rethrown {
      let here = task.origin?.description ?? "the main task"
      inner.traceback = inner.withOrigin.traceback + "\nawaited by \(here):\n" + traceback.droppingTitle
      inner.origin = nil
      return inner
    }
    var error = LuaError(
      kind: .runtime, message: Self.text(described.message, described.message_length),
      source: described.line > 0 ? described.source.map { fullName(String(cString: $0)) } : nil,
      line: described.line > 0 ? Int(described.line) : nil, traceback: traceback, value: value)
    error.reference = reference
    if described.raised_nil { error.raisedNil = handle }
    switch Int(described.status) {
    case CLH_ERROR_MEMORY:
      error.kind = .memory
      error.message = Self.outOfMemory(configuration.limits).message
    case CLH_ERROR_SYNTAX:
      error.kind = .syntax(incomplete: error.message.hasSuffix("<eof>"))
      takePosition(&error)
    default:
      if let box = value.object(as: ErrorBox.self) {
        error.message = box.message
        error.underlying = box.error
        if let caller = box.caller { (error.source, error.line) = (caller.source, caller.line) }
        // Of a task or a call that could not begin.
        if let inner = box.error as? LuaError, inner.kind == .memory { error.kind = .memory }
      } else {
        takePosition(&error)
        // `assert(load(text))` puts a place in front.
        if error.message == Self.outOfMemory.message { error.kind = .memory }
      }
    }
    return error
  }

  /// Takes the "fleet.lua:12: " off the front of a message, if that is a chunk and not the script's own words.
  private func takePosition(_ error: inout LuaError) {
    let message = error.message
    var search = message[...]
    while let colon = search.firstIndex(of: ":") {
      let source = String(message[..<colon])
      let rest = message[message.index(after: colon)...]
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      let after = rest[digits.endIndex...]
      if let line = Int(digits), after.hasPrefix(": "), isChunk(source) || source == error.source {
        error.source = fullName(source)
        error.line = line
        error.message = String(after.dropFirst(2))
        return
      }
      search = rest
    }
  }

  /// Whether positions spell a chunk like this; Lua shortens long names from the front.
  private func isChunk(_ source: String) -> Bool {
    chunkNames.contains(source) || source.hasPrefix("[string \"") || source.hasPrefix("...")
  }

  /// The name of a chunk from how Lua spells it in positions.
  func fullName(_ source: String) -> String {
    guard source.hasPrefix("...") else { return source }
    return chunkNames.first { $0.hasSuffix(source.dropFirst(3)) } ?? source
  }

  static func text(_ pointer: UnsafePointer<CChar>?, _ length: Int) -> String {
    String(decoding: bytes(pointer, length), as: UTF8.self)
  }
}

extension String {
  /// A traceback without its first line, "stack traceback:".
  fileprivate var droppingTitle: String {
    hasPrefix("stack traceback:\n") ? String(dropFirst("stack traceback:\n".count)) : self
  }
}
