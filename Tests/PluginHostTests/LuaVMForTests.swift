import LuaHost

@testable import PluginHost

/// A VM as scripts have it, with the sources of plugins.
enum LuaVMForTests {
  static func make(_ host: PluginHost) throws -> LuaVM {
    try LuaVM(LuaVM.Configuration(modules: host.scriptModules + [TaskModule.module], output: { _ in }))
  }
}
