import CLuaHost

/// Thrown by a typed function whose arguments do not fit: the declaration then says what is wrong.
@usableFromInline
struct RawMismatch: Error {
  @usableFromInline init() {}
}

extension HostFunction {
  /// Declares a function by its Swift types: the fast path, a few nanoseconds above a plain C function.
  /// - Parameters:
  ///   - name: The full name.
  ///   - summary: One sentence.
  ///   - parameters: Name and one sentence for each parameter, in order; types come from `run`.
  ///   - since: The version that brought it.
  ///   - capability: What a plugin needs for calling it.
  ///   - run: Runs on the VM's thread.
  /// - Returns: The declaration.
  @inlinable
  public static func typed<each A: HostConvertible, R: HostConvertible>(
    _ name: String, _ summary: String, parameters: [(String, String)], since: String, capability: String? = nil,
    run: @escaping @Sendable (repeat each A) throws -> R
  ) -> HostFunction {
    var types: [LuaType] = []
    for type in repeat (each A).self { types.append(type.luaType) }
    let expected = types.count
    return HostFunction(
      rawName: name, summary: summary, parameters: declare(types, parameters, name),
      returns: [HostParameter("result", R.luaType, "")], since: since, capability: capability
    ) { values, count, out in
      guard count == expected else { throw RawMismatch() }
      var cursor = values
      func next<T: HostConvertible>(_ type: T.Type) throws -> T {
        guard let value = T.read(cursor) else { throw RawMismatch() }
        cursor += 1
        return value
      }
      try run(repeat try next((each A).self)).write(to: out)
    }
  }

  /// Declares a function of one parameter by its Swift types; the compiler specialises this form fully.
  @inlinable
  public static func typed<A: HostConvertible, R: HostConvertible>(
    _ name: String, _ summary: String, parameters: [(String, String)], since: String, capability: String? = nil,
    run: @escaping @Sendable (A) throws -> R
  ) -> HostFunction {
    HostFunction(
      rawName: name, summary: summary, parameters: declare([A.luaType], parameters, name),
      returns: [HostParameter("result", R.luaType, "")], since: since, capability: capability
    ) { values, count, out in
      guard count == 1, let a = A.read(values) else { throw RawMismatch() }
      try run(a).write(to: out)
    }
  }

  /// Declares a function of two parameters by its Swift types; the compiler specialises this form fully.
  @inlinable
  public static func typed<A: HostConvertible, B: HostConvertible, R: HostConvertible>(
    _ name: String, _ summary: String, parameters: [(String, String)], since: String, capability: String? = nil,
    run: @escaping @Sendable (A, B) throws -> R
  ) -> HostFunction {
    HostFunction(
      rawName: name, summary: summary, parameters: declare([A.luaType, B.luaType], parameters, name),
      returns: [HostParameter("result", R.luaType, "")], since: since, capability: capability
    ) { values, count, out in
      guard count == 2, let a = A.read(values), let b = B.read(values + 1) else { throw RawMismatch() }
      try run(a, b).write(to: out)
    }
  }

  /// Joins names and types of a typed function's parameters.
  @usableFromInline
  static func declare(_ types: [LuaType], _ parameters: [(String, String)], _ name: String) -> [HostParameter] {
    precondition(types.count == parameters.count, "'\(name)' names \(parameters.count) of \(types.count) parameters")
    return zip(parameters, types).map { HostParameter($0.0, $1, $0.1) }
  }

  @usableFromInline
  init(
    rawName: String, summary: String, parameters: [HostParameter], returns: [HostParameter], since: String,
    capability: String?, body: @escaping RawBody
  ) {
    self.init(
      name: rawName, summary: summary, parameters: parameters, returns: returns, since: since, capability: capability,
      body: .raw(body))
  }
}
