import CLuaHost

extension VMState {
  /// Registers the configured modules.
  func addModules() throws {
    guard typeNumber(ErrorBox.type) == 0 else { throw Self.outOfMemory }
    if configuration.sandbox != .sandboxed {
      let patterns = configuration.searchPath.flatMap { ["\($0)/?.lua", "\($0)/?/init.lua"] }
      try encode([.string(patterns.joined(separator: ";"))])
      guard clh_add_value(vm, "package", "path") else { throw problem }
    }
    for module in configuration.modules {
      switch module.content {
      case .declared: try addDeclared(module)
      case .value(let value):
        try encode([value])
        guard clh_add_value(vm, module.name, "") else { throw problem }
      case .source: break  // found by `finder`
      }
    }
  }

  private func addDeclared(_ module: HostModule) throws {
    guard clh_add_module(vm, module.name) else { throw problem }
    for type in module.types { _ = typeNumber(type) }
    for function in module.functions {
      let prefix = module.name + "."
      let path = function.name.hasPrefix(prefix) ? String(function.name.dropFirst(prefix.count)) : function.name
      let added = path.withCString { clh_add_function(vm, module.name, path, method(Binding(function), key: $0)) }
      guard added else { throw problem }
    }
    for constant in module.constants {
      try encode([constant.value])
      guard clh_add_value(vm, module.name, constant.name) else { throw problem }
    }
  }

  private func method(_ binding: Binding, key: UnsafePointer<CChar>?) -> clh_method {
    bindings.append(binding)
    return clh_method(key: key, function: Unmanaged.passUnretained(binding).toOpaque(), how: binding.how)
  }

  /// The number of a type, registered on first use. Touches plain memory only, so it may run inside a callback.
  func typeNumber(_ type: ObjectType) -> UInt32 {
    if let lastType, lastType.storage === type.storage { return lastType.number }
    if let number = typesByIdentity[ObjectIdentifier(type.storage)] {
      lastType = (type.storage, number)
      return number
    }
    if let number = typesByName[type.name] { return number }
    let number = UInt32(types.count)
    var flags: Int32 = 0
    if type.storage.length != nil { flags |= Int32(CLH_TYPE_LENGTH) }
    if type.storage === ErrorBox.type.storage { flags |= Int32(CLH_TYPE_ERROR) }
    let call = type.call.map { method(Binding($0, owner: type, isCall: true), key: nil) } ?? clh_method()
    var made = clh_add_type(vm, number, type.name, flags, call)
    for field in type.fields where made {
      let binding = FieldBinding(field)
      fieldBindings.append(binding)
      made = clh_add_field(vm, number, field.name, Unmanaged.passUnretained(binding).toOpaque())
    }
    for function in type.methods where made {
      made = function.key.withCString { clh_add_method(vm, number, method(Binding(function, owner: type), key: $0)) }
    }
    precondition(made, "no memory left to describe the type \(type.name)")
    types.append(type)
    typesByIdentity[ObjectIdentifier(type.storage)] = number
    typesByName[type.name] = number
    return number
  }
}
