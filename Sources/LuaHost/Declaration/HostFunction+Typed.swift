import CLuaHost

// Typed functions: declared by the Swift types of a closure of up to six parameters, and called a few nanoseconds above a plain
// C function, since no `LuaValue` is made.
//
//     .typed("math2.divide", "Divides.", parameters: [("a", "One."), ("b", "The other.")], since: "0.1") {
//       (a: Int, b: Int) in LuaResults(a / b, a % b)
//     }
//
// The parameters are names and one sentence each, in order; `returns` is one sentence about the results; types come from
// `run`, which runs on the VM's thread. A method's receiver comes first and is not named among the parameters; its class is a
// `HostObject`. What `run` throws is raised in the script.

/// Thrown by a typed function whose arguments do not fit: the declaration then says what is wrong.
@usableFromInline
struct RawMismatch: Error {
  /// How many arguments were not read.
  let left: Int

  @usableFromInline init(left: Int) { self.left = left }
}

extension HostFunction {
  /// A body that reads its arguments itself and writes its results, or throws.
  @usableFromInline
  typealias RawBody = @Sendable (HostReader, HostWriter) throws -> Void

  @usableFromInline
  static func typed(
    _ name: String, _ summary: String, _ parameters: [(String, String)], _ types: [(type: LuaType, isOptional: Bool)],
    _ returns: String, _ results: [(type: LuaType, isOptional: Bool)], _ since: String, _ capability: String?,
    body: @escaping RawBody
  ) -> HostFunction {
    var types = types
    if types.count == parameters.count + 1, case .object? = types.first?.type { types.removeFirst() }
    precondition(types.count == parameters.count, "'\(name)' names \(parameters.count) of \(types.count) parameters")
    return HostFunction(
      name: name, summary: summary,
      parameters: zip(parameters, types).map { HostParameter($0.0, $1.type, $0.1, optional: $1.isOptional) },
      returns: results.enumerated().map { index, result in
        HostParameter(
          results.count == 1 ? "result" : "result\(index + 1)", result.type, index == 0 ? returns : "",
          optional: result.isOptional)
      }, since: since, capability: capability, body: .raw(body))
  }
}
