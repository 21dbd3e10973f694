import ScriptAPI
import Synchronization
import Workbench

/// `.cloud` in the REPL: which cloud the session talks to, and a new session on another one.
final class CloudReplCommand: Sendable {
  private let next = Mutex<String?>(nil)

  /// The cloud that the session is left for.
  var chosen: String? { next.withLock { $0 } }

  /// `isPossible` says whether a session on a cloud could be had, and throws why not.
  func command(
    _ workplace: Workplace, isPossible: @escaping @Sendable (String) throws -> Void
  ) -> Workbench.ReplCommand {
    let summary = "the cloud this session talks to; `.cloud NAME` begins a new session on another one"
    return Workbench.ReplCommand([".cloud"], summary) { [self] name, console in
      guard !name.isEmpty else {
        console.note(Self.text(workplace))
        return .goOn
      }
      do {
        try isPossible(name)
      } catch {
        console.note("\(error)".hasPrefix("error") ? "\(error)" : "error: \(error)")
        return .goOn
      }
      next.withLock { $0 = name }
      return .quit
    }
  }

  private static func text(_ workplace: Workplace) -> String {
    var facts: [(String, String)] = []
    switch workplace.choice {
    case .local(let configuration, let asked):
      facts = [
        ("cloud", asked ? "local, the built-in one" : "local, the built-in one: no cloud is configured"),
        ("data", configuration.dataDirectory), ("time", "\(configuration.clockScale.formatted()) times faster"),
      ]
    case .remote(let profile, let source):
      facts = [("cloud", profile.name), ("region", profile.region), ("identity", profile.authURL)]
      if let source { facts.append(("from", source)) }
    }
    facts.append(("rules", workplace.choice.dialect.rawValue))
    facts.append(("state", workplace.runtime.isOpen ? "connected" : "not asked anything yet"))
    facts.append(("others", workplace.cloudNames.joined(separator: ", ")))
    var table = TextTable(["", ""])
    for (name, value) in facts { table.add([name, value]) }
    return table.text()
  }
}
