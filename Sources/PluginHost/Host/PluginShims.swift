import LuaHost

/// The Lua half of the calls into a plugin, loaded before the plugin's own code so that it works with the original functions.
struct PluginShims: Sendable {
  static let chunkName = "slipway plugin"

  private static let source = """
    local type, error, select = type, error, select

    -- A changed table counts as much as a returned one.
    local function on_request(hook, image)
      local result = hook(image)
      if result == nil then return image end
      return result
    end

    local function on_validate(hook, image, report)
      local added, count = {}, 0
      local function add(finding)
        if type(finding) ~= "table" then error("a finding is " .. type(finding) .. ", expected a table", 0) end
        count = count + 1
        added[count] = finding
      end
      function report.add(_, finding) add(finding) end
      function report.refuse(_, field, message, hint)
        add { field = field, message = message, hint = hint, severity = "error" }
      end
      function report.warn(_, field, message, hint)
        add { field = field, message = message, hint = hint, severity = "warning" }
      end
      return added, hook(image, report)
    end

    local function call(hook, ...) return hook(...) end

    -- Whatever a source gives becomes one function to be called for the next item.
    local function source(make, options)
      local step, state, control = make(options)
      if type(step) == "table" then
        local items, index = step, 0
        return function()
          index = index + 1
          return items[index]
        end
      end
      if step == nil then error("the source returned nothing, expected a list or an iterator", 0) end
      local function hand(...)
        control = (...)
        return ...
      end
      return function() return hand(step(state, control)) end
    end

    return on_request, on_validate, call, source
    """

  let onRequest: LuaFunction
  let onValidate: LuaFunction
  let call: LuaFunction
  let source: LuaFunction

  init(_ vm: LuaVM) async throws {
    let functions = try await vm.run(Array(Self.source.utf8), name: Self.chunkName).compactMap(\.functionValue)
    guard functions.count == 4 else { throw LuaError(kind: .runtime, message: "the plugin's VM cannot be prepared") }
    (onRequest, onValidate, call, source) = (functions[0], functions[1], functions[2], functions[3])
  }
}
