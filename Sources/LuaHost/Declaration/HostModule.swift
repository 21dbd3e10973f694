/// A module that `require` finds before any file.
public struct HostModule: Sendable {
  public let name: String
  /// One sentence for help and reference.
  public let summary: String
  public let functions: [HostFunction]
  public let types: [ObjectType]
  /// Values of the module's table.
  public let constants: [HostConstant]
  let content: Content

  enum Content: Sendable {
    case declared
    case value(LuaValue)
    case source([UInt8], chunkName: String)
  }

  /// Declares a module of functions and constants; `types` are the objects its functions may return.
  public init(
    _ name: String, _ summary: String, functions: [HostFunction] = [], types: [ObjectType] = [],
    constants: [HostConstant] = []
  ) {
    self.name = name
    self.summary = summary
    self.functions = functions
    self.types = types
    self.constants = constants
    content = .declared
  }

  /// Declares a module that is a plain value, such as the list of a script's arguments.
  public init(_ name: String, _ summary: String, value: LuaValue) {
    self.name = name
    self.summary = summary
    functions = []
    types = []
    constants = []
    content = .value(value)
  }

  /// Declares a module written in Lua that the program carries with it; `chunkName` is what positions in errors call it, its name by
  /// default.
  public init(_ name: String, _ summary: String, source: [UInt8], chunkName: String? = nil) {
    self.name = name
    self.summary = summary
    functions = []
    types = []
    constants = []
    content = .source(source, chunkName: chunkName ?? name)
  }
}
