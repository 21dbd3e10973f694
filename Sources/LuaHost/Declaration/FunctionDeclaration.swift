/// What the documentation knows of a function: a host function without its body, or one of Lua's own.
public struct FunctionDeclaration: Sendable {
  /// The full name, such as "shop.order", or "order:cancel" for a method.
  public let name: String
  /// One sentence.
  public let summary: String
  public let parameters: [HostParameter]
  public let returns: [HostParameter]
  /// The version that brought it; empty for Lua's own.
  public let since: String
  /// What a script needs to be granted for calling it.
  public let capability: String?
  /// Whether calling it may suspend the script.
  public let isWaiting: Bool
  public let documentation: FunctionDocumentation

  /// Declares one of Lua's own functions, as the host offers it.
  public init(
    _ name: String, _ summary: String, parameters: [HostParameter] = [], returns: [HostParameter] = [],
    example: String? = nil
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.returns = returns
    since = ""
    capability = nil
    isWaiting = false
    documentation = FunctionDocumentation(example: example)
  }

  /// The declaration of a host function.
  public init(_ function: HostFunction) {
    name = function.name
    summary = function.summary
    parameters = function.documentation.signature?.parameters ?? function.parameters
    returns = function.documentation.signature?.returns ?? function.returns
    since = function.since
    capability = function.capability
    isWaiting = function.isWaiting
    documentation = function.documentation
  }

  /// The last part of the name: the key it is found under.
  public var key: String {
    String(name[(name.lastIndex { $0 == "." || $0 == ":" }.map(name.index(after:)) ?? name.startIndex)...])
  }

  /// The call without types, such as "shop.order(name, options?)".
  public var callForm: String {
    let list = parameters.map { $0.variadic ? "..." : $0.name + ($0.optional ? "?" : "") }
    return "\(name)(\(list.joined(separator: ", ")))"
  }

  /// The signature in one line, such as "shop.order(name: string, options?: table) -> shop.Order".
  public var signature: String { name + LuaSignature(parameters, returns: returns).text }

  /// The names of the type parameters it is generic over, in order of appearance.
  var generics: [String] {
    var found: [String] = []
    for parameter in parameters + returns {
      for name in parameter.type.generics where !found.contains(name) { found.append(name) }
    }
    return found
  }
}
