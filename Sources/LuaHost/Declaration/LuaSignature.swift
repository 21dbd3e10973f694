/// The parameters and results of a function that a script gives or gets, or of another way to call a host function.
public struct LuaSignature: Sendable {
  public let parameters: [HostParameter]
  public let returns: [HostParameter]

  /// Declares a signature.
  public init(_ parameters: [HostParameter] = [], returns: [HostParameter] = []) {
    self.parameters = parameters
    self.returns = returns
  }

  /// Parameters and results in one line, such as "(name: string, options?: table) -> shop.Order".
  public var text: String {
    let list = parameters.map { parameter in
      parameter.variadic ? "..." : "\(parameter.name)\(parameter.optional ? "?" : ""): \(parameter.type.documentedName)"
    }
    let results = returns.map { ($0.name == "..." ? "...: " : "") + $0.type.documentedName + ($0.optional ? "?" : "") }
    return "(\(list.joined(separator: ", ")))" + (results.isEmpty ? "" : " -> \(results.joined(separator: ", "))")
  }

  /// The signature as a type.
  var documentedName: String { "function" + text }
}
