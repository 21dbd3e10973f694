import LuaHost

/// A program that runs a Lua script with a function of its own; docs/embedding.md walks through it.
@main
struct EmbeddingExample {
  static func main() async throws {
    let add = HostFunction.typed(
      "math2.add", "Adds two integers.", parameters: [("a", "One."), ("b", "The other.")], since: "0.1"
    ) { (a: Int64, b: Int64) in a &+ b }
    let vm = try LuaVM(.init(modules: [HostModule("math2", "Sums.", functions: [add])]))
    _ = try await vm.run(Array(#"print(require("math2").add(1, 2))"#.utf8), name: "example.lua")
  }
}
