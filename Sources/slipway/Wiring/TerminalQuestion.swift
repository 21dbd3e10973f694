import Foundation
import ImageImport
import Workbench

/// Asks on the terminal what to do about an import that was not found.
struct TerminalQuestion {
  private let console: Console

  /// Who has the terminal's lines in a session; nil where nobody reads them.
  private let desk: LineDesk?

  /// Nil without a terminal to ask on.
  init?(_ console: Console, _ desk: LineDesk? = nil) {
    guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
    self.console = console
    self.desk = desk
  }

  /// What the user says; the end of the input leaves the import as it is.
  func ask(_ record: ImportRecord) async throws -> NotFoundPolicy.Decision {
    if let desk {
      let console = console
      return try await desk.ask(prompt: "s, g or l? ") {
        console.note(Self.text(record))
      } answer: {
        Self.decision($0)
      } ?? .fail
    }
    return await withCheckedContinuation { continuation in
      // Reading blocks: a thread of its own keeps the others going.
      Thread.detachNewThread { [console] in
        console.note(Self.text(record))
        continuation.resume(returning: Self.answer(console))
      }
    }
  }

  private static func answer(_ console: Console) -> NotFoundPolicy.Decision {
    while true {
      console.note("s, g or l?")
      guard let line = readLine() else { return .fail }
      if let decision = decision(line) { return decision }
    }
  }

  private static func decision(_ line: String) -> NotFoundPolicy.Decision? {
    switch line.trimmingCharacters(in: .whitespaces).lowercased() {
    case "s", "send": .resubmit
    case "g", "give up": .giveUp
    case "l", "leave": .fail
    default: nil
    }
  }

  private static func text(_ record: ImportRecord) -> String {
    """
    The answer to the import of \(DisplayText.harmless(record.name ?? record.id)) was lost, and no image of it has appeared (record \(record.id)).
      s  send it again: only if you are sure that the cloud has no such image
      g  give it up
      l  leave it; a later run looks again
    """
  }
}
