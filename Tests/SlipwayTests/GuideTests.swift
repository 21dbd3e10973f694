import Foundation
import Testing

/// Walks through the guide as a reader does: in one directory and one shell, from top to bottom.
@Suite("The guide")
struct GuideTests {
  enum Step {
    case file(name: String, content: String)
    case command(String, output: String, line: Int)
    /// What the last command must have said on standard error.
    case errors([String])
  }

  /// The files, commands and messages of a page, in their order.
  static func steps(_ page: String) -> [Step] {
    var steps: [Step] = []
    var block: (info: [String], lines: [String], line: Int)?
    for (index, line) in page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).enumerated() {
      guard line.hasPrefix("```") else {
        block?.lines.append(line)
        continue
      }
      guard let done = block else {
        block = (line.dropFirst(3).split(separator: " ").map(String.init), [], index + 2)
        continue
      }
      block = nil
      switch (done.info.first ?? "", done.info.dropFirst().first) {
      case (_, let name?): steps.append(.file(name: name, content: done.lines.map { $0 + "\n" }.joined()))
      case ("console", _): steps += commands(done.lines, from: done.line)
      case ("text", _): steps.append(.errors(done.lines))
      default: break
      }
    }
    return steps
  }

  private static func commands(_ lines: [String], from first: Int) -> [Step] {
    var found: [(command: String, output: String, line: Int)] = []
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("$ ") {
        found.append((String(line.dropFirst(2)), "", first + index))
      } else if !found.isEmpty {
        found[found.count - 1].output += line + "\n"
      }
    }
    return found.map { .command($0.command, output: $0.output, line: $0.line) }
  }

  /// One shell for everything, so that variables, `$?` and jobs in the background are as a reader has them.
  private static func script(_ steps: [Step]) -> String {
    var script = "set -m\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n"
    for (index, step) in steps.enumerated() {
      switch step {
      case .errors: continue
      case .file(let name, let content):
        script +=
          "keep=$?; mkdir -p \"$(dirname '\(name)')\"; cat > '\(name)' << 'END OF FILE'\n\(content)END OF FILE\n(exit $keep)\n"
      case .command(let command, _, _):
        script += "{ \(command)\n} > \"$RESULTS/\(index).out\" 2> \"$RESULTS/\(index).err\"\n"
        script += "keep=$?; echo $keep > \"$RESULTS/\(index).status\"\n"
        if command.hasSuffix("&"), let file = command.firstMatch(of: /> (\S+) &$/) {
          // A reader takes longer to type on than this takes to start.
          script += "for _ in {1..300}; do [ -s \(file.1) ] && break; sleep 0.1; done\n"
        }
        script += "(exit $keep)\n"
      }
    }
    return script
  }

  @Test("Followed from top to bottom it works, and prints what it shows", .timeLimit(.minutes(5)))
  func walk() async throws {
    let page = try String(contentsOf: Tool.root.appending(path: "docs/guide.md"), encoding: .utf8)
    let port = try Self.freePort()
    let steps = Self.steps(page.replacing("8774", with: "\(port)"))
    #expect(steps.count > 40)
    try await withExampleCloud { cloud in
      try await withTemporaryDirectory { place in
        let (results, work) = (place.appending(path: "results"), place.appending(path: "fleet"))
        for directory in [results, work] {
          try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        }
        let shell = try await Tool.run(
          ["-c", Self.script(steps)],
          environment: [
            "PATH": Tool.binary.deletingLastPathComponent().path + ":/usr/bin:/bin", "HOME": place.path,
            "SLIPWAY_LOCAL_CLOUD": cloud.path, "XDG_STATE_HOME": place.appending(path: "state").path,
            "RESULTS": results.path,
          ], directory: work, executable: URL(filePath: "/bin/bash"))
        #expect(shell.output.isEmpty, "\(shell)")
        try Self.compare(steps, results)
      }
    }
  }

  private static func compare(_ steps: [Step], _ results: URL) throws {
    func read(_ name: String) -> String {
      (try? String(contentsOf: results.appending(path: name), encoding: .utf8)) ?? ""
    }
    var last = ""
    for (index, step) in steps.enumerated() {
      switch step {
      case .file: continue
      case .errors(let lines):
        for line in lines { #expect(last.contains(line), "'\(line)' in \(last)") }
      case .command(let command, let shown, let line):
        if command != "echo $?" { last = read("\(index).err") }
        let (status, output) = (read("\(index).status"), read("\(index).out"))
        #expect(masked(output) == masked(shown), "docs/guide.md:\(line): \(command): \(last)")
        // Whoever shows a failure shows its status.
        var isShown = false
        if index + 1 < steps.count, case .command("echo $?", _, _) = steps[index + 1] { isShown = true }
        #expect(status == "0\n" || isShown, "docs/guide.md:\(line): \(command): \(status) \(last)")
      }
    }
  }

  /// Ids and times differ from run to run.
  private static func masked(_ text: String) -> String {
    text.replacing(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "ID")
      .replacing(/\d+\.\d+ s/, with: "TIME").replacing(/for (\d+ \w+ ?)+/, with: "for TIME")
      .replacing(/\n\n+/, with: "\n")
  }

  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return try withUnsafeMutablePointer(to: &address) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        try #require(bind(descriptor, address, size) == 0 && getsockname(descriptor, address, &size) == 0)
      }
      return Int(UInt16(bigEndian: pointer.pointee.sin_port))
    }
  }
}
