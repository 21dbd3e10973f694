import Foundation
import LuaHost

@testable import PluginHost

extension PluginBench {
  /// A host with one of the plugins that come with the program, granted and configured as a project file says it.
  func bundled(_ name: String, _ settings: String, world: PluginWorld? = nil) async throws -> PluginHost {
    let directory = BundledPluginTests.place.appending(path: name).path
    try write("slipway.yaml", "plugins:\n  - path: \(directory)\n" + settings.indented(by: 4))
    let host = PluginHost { [self] in try self.settings() }
    try await host.load(world ?? self.world())
    return host
  }

  /// What a script makes of plugins' sources: the texts that it returns.
  func script(_ host: PluginHost, _ lua: String) async throws -> [String] {
    let vm = try LuaVMForTests.make(host)
    do {
      let values = try await vm.run(Array("local plugin = require 'plugin'\n\(lua)".utf8), name: "script.lua")
      await vm.close()
      return values.map { $0.stringValue ?? "\($0)" }
    } catch {
      await vm.close()
      throw error
    }
  }
}

extension String {
  fileprivate func indented(by count: Int) -> String {
    split(separator: "\n").map { String(repeating: " ", count: count) + $0 + "\n" }.joined()
  }
}
