import LuaHost

/// An iterator for Lua's generic `for`: an object that is called until it returns nil.
///
/// `next` may wait, for instance for the next page of a listing; the calls come one at a time, from one VM.
package final class LuaIterator: Sendable {
  static let type = ObjectType(
    "iterator", "Gives one value a call; used as `for value in … do`.", fields: [], methods: [],
    call: .waiting(
      "iterator", "The next values, or nil at the end.",
      parameters: [
        HostParameter("state", .any, "ignored", optional: true),
        HostParameter("control", .any, "ignored", optional: true),
      ],
      returns: [HostParameter("value", .any, "the next value")], since: "0.1"
    ) { arguments in
      guard let iterator = arguments.receiver as? LuaIterator else { return [.nil] }
      return try await iterator.next()
    })

  private let next: @Sendable () async throws -> [LuaValue]

  init(next: @escaping @Sendable () async throws -> [LuaValue]) { self.next = next }

  /// The value to hand to a script.
  package static func value(_ next: @escaping @Sendable () async throws -> [LuaValue]) -> LuaValue {
    .object(LuaObject(LuaIterator(next: next), type: type))
  }
}

/// Confines a reader to one caller at a time, so that an iterator shared by two tasks stays whole.
actor Confined<Reader> {
  private let reader: Reader

  init(_ reader: sending Reader) { self.reader = reader }

  func use<Result: Sendable>(_ body: (Reader) throws -> Result) rethrows -> Result { try body(reader) }
}
