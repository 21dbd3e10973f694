// One form for each number of parameters instead of a parameter pack, which the compiler does not specialise inside a stored
// closure: a call through a pack of three takes three times as long (docs/lua-host.md).

extension HostFunction {
  /// Declares a function of no parameter.
  @inlinable
  public static func typed<R: HostResult>(
    _ name: String, _ summary: String, parameters: [(String, String)] = [], returns: String = "", since: String,
    capability: String? = nil, run: @escaping @Sendable () throws -> R
  ) -> HostFunction {
    typed(name, summary, parameters, [], returns, R.resultTypes, since, capability) { reader, writer in
      guard reader.left == 0 else { throw RawMismatch(left: reader.left) }
      try run().writeResults(to: writer)
    }
  }

  /// Declares a function of one parameter.
  @inlinable
  public static func typed<A: HostConvertible, R: HostResult>(
    _ name: String, _ summary: String, parameters: [(String, String)] = [], returns: String = "", since: String,
    capability: String? = nil, run: @escaping @Sendable (A) throws -> R
  ) -> HostFunction {
    typed(name, summary, parameters, [(A.luaType, A.isOptional)], returns, R.resultTypes, since, capability) {
      reader, writer in
      var reader = reader
      guard let a = reader.read(A.self), reader.left == 0 else { throw RawMismatch(left: reader.left) }
      try run(a).writeResults(to: writer)
    }
  }

  /// Declares a function of two parameters.
  @inlinable
  public static func typed<A: HostConvertible, B: HostConvertible, R: HostResult>(
    _ name: String, _ summary: String, parameters: [(String, String)] = [], returns: String = "", since: String,
    capability: String? = nil, run: @escaping @Sendable (A, B) throws -> R
  ) -> HostFunction {
    typed(
      name, summary, parameters, [(A.luaType, A.isOptional), (B.luaType, B.isOptional)], returns, R.resultTypes, since,
      capability
    ) { reader, writer in
      var reader = reader
      guard let a = reader.read(A.self), let b = reader.read(B.self), reader.left == 0
      else { throw RawMismatch(left: reader.left) }
      try run(a, b).writeResults(to: writer)
    }
  }

  /// Declares a function of three parameters.
  @inlinable
  public static func typed<A: HostConvertible, B: HostConvertible, C: HostConvertible, R: HostResult>(
    _ name: String, _ summary: String, parameters: [(String, String)] = [], returns: String = "", since: String,
    capability: String? = nil, run: @escaping @Sendable (A, B, C) throws -> R
  ) -> HostFunction {
    typed(
      name, summary, parameters, [(A.luaType, A.isOptional), (B.luaType, B.isOptional), (C.luaType, C.isOptional)],
      returns, R.resultTypes, since, capability
    ) { reader, writer in
      var reader = reader
      guard let a = reader.read(A.self), let b = reader.read(B.self), let c = reader.read(C.self), reader.left == 0
      else { throw RawMismatch(left: reader.left) }
      try run(a, b, c).writeResults(to: writer)
    }
  }

  /// Declares a function of four parameters.
  @inlinable
  public static func typed<
    A: HostConvertible, B: HostConvertible, C: HostConvertible, D: HostConvertible, R: HostResult
  >(
    _ name: String, _ summary: String, parameters: [(String, String)] = [], returns: String = "", since: String,
    capability: String? = nil, run: @escaping @Sendable (A, B, C, D) throws -> R
  ) -> HostFunction {
    typed(
      name, summary, parameters,
      [(A.luaType, A.isOptional), (B.luaType, B.isOptional), (C.luaType, C.isOptional), (D.luaType, D.isOptional)],
      returns, R.resultTypes, since, capability
    ) { reader, writer in
      var reader = reader
      guard let a = reader.read(A.self), let b = reader.read(B.self), let c = reader.read(C.self),
        let d = reader.read(D.self),
        reader.left == 0
      else { throw RawMismatch(left: reader.left) }
      try run(a, b, c, d).writeResults(to: writer)
    }
  }

  /// Declares a function of five parameters.
  @inlinable
  public static func typed<
    A: HostConvertible, B: HostConvertible, C: HostConvertible, D: HostConvertible, E: HostConvertible, R: HostResult
  >(
    _ name: String, _ summary: String, parameters: [(String, String)] = [], returns: String = "", since: String,
    capability: String? = nil, run: @escaping @Sendable (A, B, C, D, E) throws -> R
  ) -> HostFunction {
    typed(
      name, summary, parameters,
      [
        (A.luaType, A.isOptional), (B.luaType, B.isOptional), (C.luaType, C.isOptional), (D.luaType, D.isOptional),
        (E.luaType, E.isOptional),
      ], returns, R.resultTypes, since, capability
    ) { reader, writer in
      var reader = reader
      guard let a = reader.read(A.self), let b = reader.read(B.self), let c = reader.read(C.self),
        let d = reader.read(D.self),
        let e = reader.read(E.self), reader.left == 0
      else { throw RawMismatch(left: reader.left) }
      try run(a, b, c, d, e).writeResults(to: writer)
    }
  }

  /// Declares a function of six parameters.
  @inlinable
  public static func typed<
    A: HostConvertible, B: HostConvertible, C: HostConvertible, D: HostConvertible, E: HostConvertible,
    F: HostConvertible, R: HostResult
  >(
    _ name: String, _ summary: String, parameters: [(String, String)] = [], returns: String = "", since: String,
    capability: String? = nil, run: @escaping @Sendable (A, B, C, D, E, F) throws -> R
  ) -> HostFunction {
    typed(
      name, summary, parameters,
      [
        (A.luaType, A.isOptional), (B.luaType, B.isOptional), (C.luaType, C.isOptional), (D.luaType, D.isOptional),
        (E.luaType, E.isOptional), (F.luaType, F.isOptional),
      ], returns, R.resultTypes, since, capability
    ) { reader, writer in
      var reader = reader
      guard let a = reader.read(A.self), let b = reader.read(B.self), let c = reader.read(C.self),
        let d = reader.read(D.self),
        let e = reader.read(E.self), let f = reader.read(F.self), reader.left == 0
      else { throw RawMismatch(left: reader.left) }
      try run(a, b, c, d, e, f).writeResults(to: writer)
    }
  }
}
