// The forms of `HostFunction.typed` for functions that return nothing, which no protocol can stand for.

extension HostFunction {
  /// Declares a function of no parameter without a result.
  @inlinable
  public static func typed(
    _ name: String, _ summary: String, parameters: [(String, String)] = [], since: String,
    capability: String? = nil, run: @escaping @Sendable () throws -> Void
  ) -> HostFunction {
    typed(name, summary, parameters, [], "", [], since, capability) { reader, writer in
      guard reader.left == 0 else { throw RawMismatch(left: reader.left) }
      try run()
    }
  }

  /// Declares a function of one parameter without a result.
  @inlinable
  public static func typed<A: HostConvertible>(
    _ name: String, _ summary: String, parameters: [(String, String)] = [], since: String,
    capability: String? = nil, run: @escaping @Sendable (A) throws -> Void
  ) -> HostFunction {
    typed(name, summary, parameters, [(A.luaType, A.isOptional)], "", [], since, capability) { reader, writer in
      var reader = reader
      guard let a = reader.read(A.self), reader.left == 0 else { throw RawMismatch(left: reader.left) }
      try run(a)
    }
  }

  /// Declares a function of two parameters without a result.
  @inlinable
  public static func typed<A: HostConvertible, B: HostConvertible>(
    _ name: String, _ summary: String, parameters: [(String, String)] = [], since: String,
    capability: String? = nil, run: @escaping @Sendable (A, B) throws -> Void
  ) -> HostFunction {
    typed(name, summary, parameters, [(A.luaType, A.isOptional), (B.luaType, B.isOptional)], "", [], since, capability)
    { reader, writer in
      var reader = reader
      guard let a = reader.read(A.self), let b = reader.read(B.self), reader.left == 0
      else { throw RawMismatch(left: reader.left) }
      try run(a, b)
    }
  }

  /// Declares a function of three parameters without a result.
  @inlinable
  public static func typed<A: HostConvertible, B: HostConvertible, C: HostConvertible>(
    _ name: String, _ summary: String, parameters: [(String, String)] = [], since: String,
    capability: String? = nil, run: @escaping @Sendable (A, B, C) throws -> Void
  ) -> HostFunction {
    typed(
      name, summary, parameters, [(A.luaType, A.isOptional), (B.luaType, B.isOptional), (C.luaType, C.isOptional)], "",
      [], since, capability
    ) { reader, writer in
      var reader = reader
      guard let a = reader.read(A.self), let b = reader.read(B.self), let c = reader.read(C.self), reader.left == 0
      else { throw RawMismatch(left: reader.left) }
      try run(a, b, c)
    }
  }

  /// Declares a function of four parameters without a result.
  @inlinable
  public static func typed<A: HostConvertible, B: HostConvertible, C: HostConvertible, D: HostConvertible>(
    _ name: String, _ summary: String, parameters: [(String, String)] = [], since: String,
    capability: String? = nil, run: @escaping @Sendable (A, B, C, D) throws -> Void
  ) -> HostFunction {
    typed(
      name, summary, parameters,
      [(A.luaType, A.isOptional), (B.luaType, B.isOptional), (C.luaType, C.isOptional), (D.luaType, D.isOptional)], "",
      [], since, capability
    ) { reader, writer in
      var reader = reader
      guard let a = reader.read(A.self), let b = reader.read(B.self), let c = reader.read(C.self),
        let d = reader.read(D.self),
        reader.left == 0
      else { throw RawMismatch(left: reader.left) }
      try run(a, b, c, d)
    }
  }

  /// Declares a function of five parameters without a result.
  @inlinable
  public static func typed<
    A: HostConvertible, B: HostConvertible, C: HostConvertible, D: HostConvertible, E: HostConvertible
  >(
    _ name: String, _ summary: String, parameters: [(String, String)] = [], since: String,
    capability: String? = nil, run: @escaping @Sendable (A, B, C, D, E) throws -> Void
  ) -> HostFunction {
    typed(
      name, summary, parameters,
      [
        (A.luaType, A.isOptional), (B.luaType, B.isOptional), (C.luaType, C.isOptional), (D.luaType, D.isOptional),
        (E.luaType, E.isOptional),
      ], "", [], since, capability
    ) { reader, writer in
      var reader = reader
      guard let a = reader.read(A.self), let b = reader.read(B.self), let c = reader.read(C.self),
        let d = reader.read(D.self),
        let e = reader.read(E.self), reader.left == 0
      else { throw RawMismatch(left: reader.left) }
      try run(a, b, c, d, e)
    }
  }

  /// Declares a function of six parameters without a result.
  @inlinable
  public static func typed<
    A: HostConvertible, B: HostConvertible, C: HostConvertible, D: HostConvertible, E: HostConvertible,
    F: HostConvertible
  >(
    _ name: String, _ summary: String, parameters: [(String, String)] = [], since: String,
    capability: String? = nil, run: @escaping @Sendable (A, B, C, D, E, F) throws -> Void
  ) -> HostFunction {
    typed(
      name, summary, parameters,
      [
        (A.luaType, A.isOptional), (B.luaType, B.isOptional), (C.luaType, C.isOptional), (D.luaType, D.isOptional),
        (E.luaType, E.isOptional), (F.luaType, F.isOptional),
      ], "", [], since, capability
    ) { reader, writer in
      var reader = reader
      guard let a = reader.read(A.self), let b = reader.read(B.self), let c = reader.read(C.self),
        let d = reader.read(D.self),
        let e = reader.read(E.self), let f = reader.read(F.self), reader.left == 0
      else { throw RawMismatch(left: reader.left) }
      try run(a, b, c, d, e, f)
    }
  }
}
