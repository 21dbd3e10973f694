/// The records and aliases that a program's declarations mention, each in the module it belongs to.
///
/// A type belongs to the module its name begins with, else to the first one that mentions it; either way it is written once.
struct NamedTypes {
  enum Entry {
    case record(LuaRecord, name: String)
    case alias(LuaAlias)

    var name: String {
      switch self {
      case .record(_, let name): name
      case .alias(let alias): alias.name
      }
    }
  }

  /// By module, in order of appearance.
  private(set) var entries: [String: [Entry]] = [:]
  private var seen: Set<String> = []
  private let moduleNames: Set<String>

  init(_ interface: HostInterface) {
    moduleNames = Set(interface.modules.map(\.name))
    for module in interface.modules {
      for function in module.functions { add(FunctionDeclaration(function), module.name) }
      for type in module.types {
        for field in type.fields { add(field.type, module.name, "\(type.name).\(field.name)") }
        if let element = type.elementType { add(element, module.name, "\(type.name).element") }
        for method in type.methods { add(FunctionDeclaration(method), module.name) }
      }
      for constant in module.constants { add(constant.type, module.name, "\(module.name).\(constant.name)") }
    }
    for field in interface.errorFields { add(field.type, LuaGlobals.fileName, "Error.\(field.name)") }
    for function in interface.globals.functions { add(function, LuaGlobals.fileName) }
  }

  private mutating func add(_ function: FunctionDeclaration, _ module: String) {
    add(LuaSignature(function.parameters, returns: function.returns), module, function.name)
    for overload in function.documentation.overloads { add(overload, module, function.name) }
  }

  private mutating func add(_ signature: LuaSignature, _ module: String, _ path: String) {
    for parameter in signature.parameters + signature.returns {
      add(parameter.type, module, Self.path(path, parameter.name))
    }
  }

  private mutating func add(_ type: LuaType, _ module: String, _ path: String) {
    switch type {
    case .record(let record):
      let name = record.name ?? path
      guard seen.insert(name).inserted else { return }
      entries[owner(name, module), default: []].append(.record(record, name: name))
      for field in record.shownFields { add(field.type, module, Self.path(name, field.name)) }
    case .alias(let alias):
      guard seen.insert(alias.name).inserted else { return }
      entries[owner(alias.name, module), default: []].append(.alias(alias))
      add(alias.type, module, alias.name)
    case .list(let item): add(item, module, path)
    case .union(let types): for type in types { add(type, module, path) }
    case .callback(let signature): add(signature, module, path)
    case .iterator(let values): add(LuaSignature(returns: values), module, path)
    default: break
    }
  }

  private func owner(_ name: String, _ module: String) -> String {
    guard let dot = name.lastIndex(of: ".") else { return module }
    let prefix = String(name[..<dot])
    return moduleNames.contains(prefix) ? prefix : module
  }

  /// The name of a record that has none: where it stands.
  static func path(_ parent: String, _ name: String) -> String { parent.replacing(":", with: ".") + "." + name }
}
