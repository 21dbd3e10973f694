/// All that the scripts of a program can use: what stubs, reference and help are written from.
public struct HostInterface: Sendable {
  /// The program and its version as the stubs name it, such as "shop 1.2".
  public var program: String
  /// The modules in the order of the reference.
  public var modules: [HostModule]
  /// What of Lua's own libraries scripts find.
  public var globals: LuaGlobals
  /// The kinds of errors, in the order of the reference.
  public var errorKinds: [HostErrorKind]
  /// The fields of error objects besides `message`, `kind`, `source` and `line`.
  public var errorFields: [HostParameter]

  /// Describes a program's interface.
  public init(
    program: String, modules: [HostModule], globals: LuaGlobals = .standard,
    errorKinds: [HostErrorKind] = HostErrorKind.standard, errorFields: [HostParameter] = []
  ) {
    self.program = program
    self.modules = modules
    self.globals = globals
    self.errorKinds = errorKinds
    self.errorFields = errorFields
  }

  /// The fields every error object has, then the program's own.
  public var allErrorFields: [HostParameter] {
    let kind = LuaAlias("ErrorKind", "What sort of error it is.", type: .string)
    return [
      HostParameter("message", .string, "One line, without the position."),
      HostParameter("kind", .alias(kind), "What sort of error it is.", optional: true),
      HostParameter("source", .string, "The script that made the call that failed.", optional: true),
      HostParameter("line", .integer, "The line of that call.", optional: true),
    ] + errorFields
  }
}

extension HostModule {
  /// Functions and methods, in the order of the reference.
  var declarations: [FunctionDeclaration] {
    (functions + types.flatMap { $0.methods + ($0.call.map { [$0] } ?? []) }).map(FunctionDeclaration.init)
  }
}

extension ObjectType {
  /// Whether it is a function in all but name: it can be called and has nothing else.
  var isMereFunction: Bool { call != nil && fields.isEmpty && methods.isEmpty }
}
