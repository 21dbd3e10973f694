import LuaHost

/// The declarations of a program's modules, to be looked up by name.
struct InterfaceIndex: Sendable {
  struct Member: Sendable {
    let type: @Sendable () -> ValueType
    /// What answers to it when it is a function.
    let function: FunctionDeclaration?
  }

  private(set) var modules: [String: [String: Member]] = [:]
  /// Modules of which the content is not declared.
  private(set) var openModules: Set<String> = []
  private(set) var objects: [String: ObjectType] = [:]
  private(set) var methods: [String: [String: FunctionDeclaration]] = [:]
  private(set) var functions: [String: FunctionDeclaration] = [:]
  private(set) var globals: [String: LuaType] = [:]
  private let errorFields: [HostParameter]

  init(_ interface: HostInterface) {
    errorFields = interface.allErrorFields
    for value in interface.globals.values { globals[value.name] = value.type }
    for module in interface.modules { add(module) }
  }

  private mutating func add(_ module: HostModule) {
    for type in module.types {
      objects[type.name] = type
      methods[type.name] = Dictionary(
        type.methods.map { ($0.key, FunctionDeclaration($0)) }, uniquingKeysWith: { first, _ in first })
    }
    if module.functions.isEmpty, module.constants.isEmpty {
      openModules.insert(module.name)
      return
    }
    var members: [String: Member] = [:]
    for function in module.functions {
      let declaration = FunctionDeclaration(function)
      functions[declaration.name] = declaration
      let rest =
        declaration.name.hasPrefix(module.name + ".")
        ? String(declaration.name.dropFirst(module.name.count + 1)) : declaration.name
      if rest.contains(".") {
        // A table inside of the module.
        members[String(rest.prefix { $0 != "." })] = Member(type: { .unknown }, function: nil)
      } else {
        members[rest] = Member(
          type: { .function(.declared(declaration, isMethod: false)) }, function: declaration)
      }
    }
    for constant in module.constants {
      let type = constant.type
      // Whether a value is there can depend on how the script was started.
      members[constant.name] = Member(type: { .declared(type, optional: false) }, function: nil)
    }
    modules[module.name] = members
  }

  func hasModule(_ name: String) -> Bool { modules[name] != nil || openModules.contains(name) }

  var moduleNames: [String] { Array(modules.keys) + Array(openModules) }

  /// The fields of errors that the host raises.
  var error: LuaRecord { LuaRecord("Error", "An error raised by the host.", fields: errorFields) }

  /// The functions that give an object of a type, for hints.
  func makers(of object: String) -> [String] {
    functions.values.filter { function in
      guard case .object(let name)? = function.returns.first?.type else { return false }
      return name == object && !function.name.contains(":")
    }.map(\.name).sorted()
  }
}
