/// A Swift function that scripts can call: one declaration, from which binding, argument checks and documentation come.
public struct HostFunction: Sendable {
  /// The full name, such as "shop.order", or "order:cancel" for a method.
  public let name: String
  /// One sentence for help and reference.
  public let summary: String
  public let parameters: [HostParameter]
  public let returns: [HostParameter]
  /// The version that brought it.
  public let since: String
  /// The capability a plugin needs for calling it.
  public let capability: String?
  /// What stubs, reference and help say besides; see `documented`.
  public var documentation = FunctionDocumentation()
  let body: Body
  /// The depth from which on tables are passed by reference instead of being copied; nil copies all.
  var referenceDepth: Int?

  enum Body: Sendable {
    case immediate(@Sendable (HostArguments) throws -> [LuaValue])
    case waiting(@Sendable (HostArguments) async throws -> [LuaValue])
    case raw(RawBody)
    /// A function of the task module: it works on the VM's own queues, and answers nil when the script is to wait.
    case scheduling(waits: Bool, @Sendable (HostArguments, VMState) throws -> [LuaValue]?)
  }

  init(
    name: String, summary: String, parameters: [HostParameter], returns: [HostParameter], since: String,
    capability: String?, body: Body
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.returns = returns
    self.since = since
    self.capability = capability
    self.body = body
  }

  /// Declares a function that answers at once. It runs on the VM's thread: nothing else runs meanwhile.
  public init(
    _ name: String, _ summary: String, parameters: [HostParameter] = [], returns: [HostParameter] = [], since: String,
    capability: String? = nil, run: @escaping @Sendable (HostArguments) throws -> [LuaValue]
  ) {
    self.init(
      name: name, summary: summary, parameters: parameters, returns: returns, since: since, capability: capability,
      body: .immediate(run))
  }

  /// Declares a function that may wait. The calling Lua coroutine is suspended; other tasks of the VM go on.
  public static func waiting(
    _ name: String, _ summary: String, parameters: [HostParameter] = [], returns: [HostParameter] = [], since: String,
    capability: String? = nil, run: @escaping @Sendable (HostArguments) async throws -> [LuaValue]
  ) -> HostFunction {
    HostFunction(
      name: name, summary: summary, parameters: parameters, returns: returns, since: since, capability: capability,
      body: .waiting(run))
  }

  /// The same function with the tables of its arguments, from a depth on, passed as opaque references: what scripts hand to
  /// scripts through the host stays the same table.
  func passingReferences(from depth: Int) -> HostFunction {
    var copy = self
    copy.referenceDepth = depth
    return copy
  }

  /// Whether calling it may suspend the script.
  public var isWaiting: Bool {
    switch body {
    case .waiting, .scheduling(waits: true, _): true
    default: false
    }
  }

  /// The last part of the name: the key it is found under.
  public var key: String {
    String(name[(name.lastIndex { $0 == "." || $0 == ":" }.map(name.index(after:)) ?? name.startIndex)...])
  }

  /// The signature in one line, such as "shop.order(name: string)".
  public var signature: String { FunctionDeclaration(self).signature }
}
