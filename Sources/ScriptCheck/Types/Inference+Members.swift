import LuaHost

/// What a name leads to in a value.
enum MemberLookup {
  case found(ValueType)
  /// There is none for sure; what there is, for suggestions.
  case absent(Owner, names: [String])
  /// The value has no fields at all.
  case notIndexable(ValueType)
  case unknown

  /// Whose member it would be.
  enum Owner {
    case module(String)
    case library(String)
    case object(String)
    case record(String)
    case list
    case strings
    case table(Variable)
  }
}

extension Inference {
  /// Looks a named member up.
  func member(of type: ValueType, _ name: String) -> MemberLookup {
    var found: [ValueType] = []
    var failure: MemberLookup?
    for alternative in type.alternatives {
      // Whether it can be nil there depends on what was asked before.
      if case .nil = alternative, type.alternatives.count > 1 { continue }
      switch single(alternative, name) {
      case .found(let type): found.append(type)
      case .unknown: return .unknown
      case let other: failure = failure ?? other
      }
    }
    if !found.isEmpty { return .found(.joined(found)) }
    return failure ?? .unknown
  }

  private func single(_ type: ValueType, _ name: String) -> MemberLookup {
    switch type {
    case .unknown, .either: return .unknown
    case .nil, .boolean, .integer, .float, .function: return .notIndexable(type)
    case .string: return libraryMember("string", name, owner: .strings)
    case .module(let module):
      guard let members = index.modules[module] else { return .unknown }
      if let member = members[name] { return .found(member.type()) }
      return .absent(.module(module), names: Array(members.keys))
    case .library(let library): return libraryMember(library, name, owner: .library(library))
    case .table(let shape): return field(shape, name)
    case .host(let declared): return member(of: declared, name)
    }
  }

  private func libraryMember(_ name: String, _ member: String, owner: MemberLookup.Owner) -> MemberLookup {
    if replacedGlobals.contains(name) { return .unknown }
    if let found = library[name, member] {
      guard found.grant.isGiven(sandbox) else { return .found(.unknown) }
      return .found(found.function.map { .function(.standard($0)) } ?? found.value.type)
    }
    let names = library.members[name, default: [:]].filter { $0.value.grant.isGiven(sandbox) }.map(\.key)
    return .absent(owner, names: names)
  }

  private func member(of type: LuaType, _ name: String) -> MemberLookup {
    switch type {
    case .any, .generic, .table, .map, .union: return .unknown
    case .boolean, .integer, .number, .function, .callback: return .notIndexable(.host(type))
    case .string, .enumeration: return libraryMember("string", name, owner: .strings)
    case .duration, .size: return .unknown
    case .iterator: return .unknown
    case .alias(let alias): return member(of: alias.type, name)
    case .list: return .absent(.list, names: [])
    case .record(let record): return member(of: record, name)
    case .object("Error"): return member(of: index.error, name)
    case .object(let object): return member(ofObject: object, name)
    }
  }

  private func member(of record: LuaRecord, _ name: String) -> MemberLookup {
    if let field = record.fields.first(where: { $0.name == name }) {
      return .found(.declared(field.type, optional: field.optional))
    }
    return .absent(.record(record.name ?? "table"), names: record.fields.filter { !$0.hidden }.map(\.name))
  }

  private func member(ofObject object: String, _ name: String) -> MemberLookup {
    guard let type = index.objects[object], !type.hasOtherFields else { return .unknown }
    if let field = type.fields.first(where: { $0.name == name }) {
      return .found(.declared(field.type, optional: field.optional))
    }
    if let method = index.methods[object]?[name] { return .found(.function(.declared(method, isMethod: true))) }
    return .absent(.object(object), names: type.fields.map(\.name) + type.methods.map(\.key))
  }

  /// A field of a table the script made: known when it stands in the constructor or is stored by name, absent only when nothing
  /// else can have changed the table.
  private func field(_ shape: TableShape, _ name: String) -> MemberLookup {
    var names: [String] = []
    var types: [ValueType] = []
    for item in shape.constructor.items {
      switch item.key {
      case .name(let key):
        names.append(key)
        if key == name { types.append(type(item.value)) }
      case .computed(let key):
        guard let key = key.stringLiteral else { return .unknown }
        names.append(key)
        if key == name { types.append(type(item.value)) }
      case .positional: continue
      }
    }
    guard let variable = shape.variable, variable.escapes == 0 else { return .unknown }
    names += variable.fieldStores.keys
    for source in variable.fieldStores[name] ?? [] {
      switch source {
      case .values(let list, let place): types.append(value(list, place))
      case .function(let body): types.append(.function(.script(body)))
      default: return .unknown
      }
    }
    if types.isEmpty, storedNames.contains(name) { return .unknown }
    return types.isEmpty ? .absent(.table(variable), names: names) : .found(.joined(types))
  }
}
