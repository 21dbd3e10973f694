/// Finds what a name means in a program's interface: the help of a prompt.
public struct HelpIndex: Sendable {
  /// Something there is help on.
  public enum Topic: Sendable {
    case module(HostModule)
    case function(FunctionDeclaration)
    case type(ObjectType)
    case member(name: String, type: LuaType, docs: String)
    case record(LuaRecord)
    case alias(LuaAlias)
    case errorKind(HostErrorKind)
  }

  private var topics: [String: [Topic]] = [:]
  /// Every name that leads somewhere by itself, in the order of the reference.
  public private(set) var names: [String] = []
  /// Types that stand in several modules are written once.
  private var types: Set<String> = []
  /// Methods and functions by the last part of their names.
  private var keys: [String: [String]] = [:]

  /// Indexes an interface.
  public init(_ interface: HostInterface) {
    for module in interface.modules { add(module) }
    for function in interface.globals.functions { add(function) }
    for value in interface.globals.values {
      add(value.name, .member(name: value.name, type: value.type, docs: value.docs))
    }
    for entry in NamedTypes(interface).entries.values.joined() {
      switch entry {
      case .record(let record, let name): if record.name != nil { add(name, .record(record)) }
      case .alias(let alias): add(alias.name, .alias(alias))
      }
    }
    for kind in interface.errorKinds { topics[kind.name, default: []].append(.errorKind(kind)) }
  }

  private mutating func add(_ module: HostModule) {
    add(module.name, .module(module))
    for function in module.functions { add(FunctionDeclaration(function)) }
    for constant in module.constants {
      let name = "\(module.name).\(constant.name)"
      add(name, .member(name: name, type: constant.type, docs: constant.docs))
    }
    for type in module.types where !type.isMereFunction && types.insert(type.name).inserted {
      add(type.name, .type(type))
      for field in type.fields {
        add("\(type.name).\(field.name)", .member(name: field.name, type: field.type, docs: field.docs))
      }
      for method in type.methods {
        let declaration = FunctionDeclaration(method)
        add(declaration)
        add("\(type.name):\(method.key)", .function(declaration), isAlias: true)
      }
    }
  }

  private mutating func add(_ function: FunctionDeclaration) {
    add(function.name, .function(function))
    if function.key != function.name { keys[function.key, default: []].append(function.name) }
  }

  private mutating func add(_ name: String, _ topic: Topic, isAlias: Bool = false) {
    topics[name, default: []].append(topic)
    if !isAlias { names.append(name) }
  }

  /// What a name means: exactly, with "." for ":", or as the last part of functions' names.
  public func topics(for name: String) -> [Topic] {
    if let found = topics[name] { return found }
    if let dot = name.lastIndex(of: ".") {
      let method = name[..<dot] + ":" + name[name.index(after: dot)...]
      if let found = topics[String(method)] { return found }
    }
    return (keys[name] ?? []).flatMap { topics[$0] ?? [] }
  }

  /// The nearest known name, if it is near enough to be a slip of the fingers; `others` are names known from elsewhere.
  public func nearest(to name: String, others: [String] = []) -> String? {
    Suggestion.nearest(to: name, in: others + names + keys.keys.sorted())
  }

  /// The nearest member of a type, such as "shop.Order:cancel", spelt with the type's name.
  public func nearestMember(to name: String) -> String? {
    let type = name.prefix { $0 != ":" }
    return Suggestion.nearest(to: name, in: topics.keys.filter { $0.hasPrefix(type) && $0 != type }.sorted())
  }
}
