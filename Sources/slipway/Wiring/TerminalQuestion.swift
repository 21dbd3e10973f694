import Foundation
import ImageImport
import Workbench

/// Asks on the terminal what to do about an import that was not found.
enum TerminalQuestion {
  /// The policy that asks; without a terminal to ask on it leaves the import unsettled.
  static func policy(_ console: Console) -> NotFoundPolicy {
    guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return .fail }
    return .ask { record in
      await withCheckedContinuation { continuation in
        // Reading blocks: a thread of its own keeps the others going.
        Thread.detachNewThread { continuation.resume(returning: ask(record, console)) }
      }
    }
  }

  private static func ask(_ record: ImportRecord, _ console: Console) -> NotFoundPolicy.Decision {
    let name = DisplayText.harmless(record.name ?? record.id)
    console.note(
      """
      The answer to the import of \(name) was lost, and no image of it has appeared (record \(record.id)).
        s  send it again: only if you are sure that the cloud has no such image
        g  give it up
        l  leave it; a later run looks again
      """)
    while true {
      console.note("s, g or l?")
      switch readLine()?.lowercased().first {
      case "s": return .resubmit
      case "g": return .giveUp
      case "l", nil: return .fail
      default: continue
      }
    }
  }
}
