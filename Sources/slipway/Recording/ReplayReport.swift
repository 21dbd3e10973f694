import Cassette
import CloudAccess
import Workbench

/// What is told at the end of a replay.
enum ReplayReport {
  /// More of a kind are only counted.
  private static let most = 5

  static func lines(_ player: CassettePlayer, _ status: ExitStatus) -> [String] {
    var lines: [String] = []
    let content = player.content
    if content.isCutOff { lines.append("note: the cassette's last line is cut off and was left out") }
    if content.end == nil { lines.append("note: the recording broke off; the recorded run may have gone on") }
    let mismatches = player.mismatches
    for mismatch in mismatches.prefix(most) {
      lines.append("replay: \(mismatch.message)\n  hint: \(mismatch.hint)")
    }
    if mismatches.count > most {
      lines.append("replay: and \(mismatches.count - most) more requests without an answer")
    }
    // How much room the cloud has is asked for when there is doubt, and a replay has none.
    let unused = player.unused.filter { exchange in
      exchange.request.method != "GET" || !URLParts(exchange.request.url).path.hasSuffix("/cloudimages/quota")
    }
    if !unused.isEmpty {
      lines.append(
        unused.count == 1
          ? "note: a recorded request was not made:" : "note: \(unused.count) recorded requests were not made:")
      lines += unused.prefix(most).map { "  line \($0.line): \($0.request.shown)" }
      if unused.count > most { lines.append("  and \(unused.count - most) more") }
    }
    if let end = content.end, end.exitStatus != status.code {
      lines.append("note: the recorded run ended with status \(end.exitStatus), this replay with \(status.code)")
    }
    return lines
  }
}
