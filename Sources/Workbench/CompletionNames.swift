import LuaHost

/// The names Tab offers: declared modules and their members, and the globals of the session.
///
/// Globals are read by raw access in the VM, so no metamethod runs because somebody pressed Tab.
actor CompletionNames {
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

  func all() async -> [String] {
    do {
      if lister == nil, !isBroken {
        lister = try await vm.evaluate(Self.script, name: "completion").first?.functionValue
        isBroken = lister == nil
      }
      let found = try await lister?.call().first?.tableValue
      return declared + (found?.array.compactMap(\.stringValue) ?? [])
    } catch {
      return declared
    }
  }

  /// Two levels of tables; `next` and `type` are kept, whatever the session does to the globals later.
  private static let script = """
    (function()
      local next, type, globals = next, type, _G
      return function()
        local names, count = {}, 0
        local function add(name)
          count = count + 1
          names[count] = name
        end
        for name, value in next, globals do
          if type(name) == "string" and count < 5000 then
            add(name)
            if type(value) == "table" and value ~= globals then
              for member in next, value do
                if type(member) == "string" and count < 5000 then add(name .. "." .. member) end
              end
            end
          end
        end
        return names
      end
    end)()
    """
}
