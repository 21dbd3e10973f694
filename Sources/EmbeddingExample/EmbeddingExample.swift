// Runs every argument as a Lua script that can take texts off a shelf.
import LuaHost

/// What scripts get to hold.
final class Text: Sendable {
  let words: [Substring]
  init(_ content: String) { words = content.split(separator: " ") }
}

/// An error whose fields scripts can read.
struct Missing: ScriptError {
  let title: String
  var scriptMessage: String { "there is no text '\(title)'" }
  var scriptFields: [(String, LuaValue)] { [("kind", "not_found"), ("title", .string(title))] }
}

/// An actor: asking it takes time, and scripts wait for it without noticing.
actor Shelf {
  private let contents = ["spring": "the sea the sky", "autumn": "the long rain"]

  func take(_ title: String) throws -> Text {
    guard let content = contents[title] else { throw Missing(title: title) }
    return Text(content)
  }
}

@main
struct EmbeddingExample {
  static let text = ObjectType(
    "shelf.Text", "A text.",
    fields: [.of(Text.self, "length", .integer, "how many words it has") { .integer(Int64($0.words.count)) }],
    methods: [
      HostFunction(
        "text:count", "Counts a word.", parameters: [HostParameter("word", .string, "which one")],
        returns: [HostParameter("count", .integer, "how often it occurs")], since: "1.0"
      ) { call in [.integer(Int64(try call.receiver(as: Text.self).words.count { $0 == call.string(0) ?? "" }))] }
    ])

  static func main() async throws {
    let shelf = Shelf()
    let take = HostFunction.waiting(
      "shelf.take", "Takes a text off the shelf.", parameters: [HostParameter("title", .string, "its title")],
      returns: [HostParameter("text", .object("shelf.Text"), "the text")], since: "1.0"
    ) { call in [.object(LuaObject(try await shelf.take(call.string(0) ?? ""), type: text))] }
    let module = HostModule("shelf", "Texts to read.", functions: [take], types: [text])
    let limits = LuaLimits(memory: 8 << 20, instructions: 1_000_000)
    let vm = try LuaVM(LuaVM.Configuration(modules: [module, TaskModule.module], limits: limits))
    for script in CommandLine.arguments.dropFirst() {
      let run = Task { try await vm.run(Array(script.utf8), name: "script") }
      let patience = Task { if (try? await Task.sleep(for: .milliseconds(500))) != nil { run.cancel() } }
      do {
        print("returned \(try await run.value.count) values")
      } catch {
        print("error: \(error)")
      }
      patience.cancel()
    }
  }
}
