import LuaHost

/// The names Tab offers: declared modules and their members, and the globals of the session.
///
/// Globals are read by raw access in the VM, so no metamethod runs because somebody pressed Tab.
actor CompletionNames {
  /// What a session holds at a moment.
  struct Found: Sendable {
    var names: [String]
    /// The types of its objects, by their names.
    var variables: [String: String] = [:]
  }

  private let vm: LuaVM
  private let declared: [String]
  private var lister: LuaFunction?
  private var isBroken = false

  init(vm: LuaVM, modules: [HostModule], commands: [String]) {
    self.vm = vm
    var names = commands + LuaKeywords.all
    for module in modules {
      names.append(module.name)
      names += module.functions.map { "\(module.name).\($0.key)" }
      names += module.constants.map { "\(module.name).\($0.name)" }
    }
    declared = names
  }

  func all() async -> Found {
    do {
      if lister == nil, !isBroken {
        lister = try await vm.evaluate(Self.script, name: "completion").first?.functionValue
        isBroken = lister == nil
      }
      guard let answers = try await lister?.call(), answers.count == 3 else { return Found(names: declared) }
      func texts(_ index: Int) -> [String] { answers[index].tableValue?.array.compactMap(\.stringValue) ?? [] }
      var found = Found(names: declared + texts(0))
      for (name, value) in zip(texts(1), answers[2].tableValue?.array ?? []) {
        found.variables[name] = value.objectValue?.type.name
      }
      return found
    } catch {
      return Found(names: declared)
    }
  }

  /// Two levels of tables; `next` and `type` are kept, whatever the session does to the globals later. Files of
  /// `io` are left out: they cannot leave the VM.
  private static let script = """
    (function()
      local next, type, globals, foreign = next, type, _G, io and io.type or function() end
      return function()
        local names, count, owners, objects, found = {}, 0, {}, {}, 0
        local function add(name, value)
          count = count + 1
          names[count] = name
          if type(value) == "userdata" and found < 200 and not foreign(value) then
            found = found + 1
            owners[found], objects[found] = name, value
          end
        end
        for name, value in next, globals do
          if type(name) == "string" and count < 5000 then
            add(name, value)
            if type(value) == "table" and value ~= globals then
              for member, inner in next, value do
                if type(member) == "string" and count < 5000 then add(name .. "." .. member, inner) end
              end
            end
          end
        end
        return names, owners, objects
      end
    end)()
    """
}
