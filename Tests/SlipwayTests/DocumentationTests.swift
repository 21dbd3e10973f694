import Foundation
import Testing

/// Every example in the README and the guides runs.
@Suite("The documentation")
struct DocumentationTests {
  struct Block: Sendable, CustomTestStringConvertible {
    var file: String
    var line: Int
    var language: String
    var text: String
    var testDescription: String { "\(file):\(line)" }
  }

  static var files: [String] {
    let docs = (try? FileManager.default.contentsOfDirectory(atPath: Tool.root.appending(path: "docs").path)) ?? []
    return ["README.md"] + docs.filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }
  }

  /// The fenced blocks of a language in all pages.
  static func blocks(_ language: String) -> [Block] {
    files.flatMap { file -> [Block] in
      guard let text = try? String(contentsOf: Tool.root.appending(path: file), encoding: .utf8) else { return [] }
      var blocks: [Block] = []
      var open: Block?
      for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        if line.hasPrefix("```") {
          if let block = open {
            if block.language == language { blocks.append(block) }
            open = nil
          } else {
            open = Block(file: file, line: index + 1, language: String(line.dropFirst(3)), text: "")
          }
        } else {
          open?.text += line + "\n"
        }
      }
      return blocks
    }
  }

  @Test("Every Lua example ends well", .timeLimit(.minutes(5)))
  func luaExamples() async throws {
    let blocks = Self.blocks("lua")
    #expect(blocks.count >= 8)
    try await withExampleCloud { cloud in
      for block in blocks {
        let outcome = try await Tool.run(["run", "--local-cloud", cloud.path, "-"], input: block.text)
        #expect(outcome.status == 0, "\(block.testDescription): \(outcome.errors)")
      }
    }
  }

  @Test("Every console example prints what it shows, with ids and times aside", .timeLimit(.minutes(5)))
  func consoleExamples() async throws {
    try await withExampleCloud { cloud in
      try await withTemporaryDirectory { directory in
        _ = FileManager.default.createFile(
          atPath: directory.appending(path: "disk.raw").path, contents: Data(repeating: 1, count: 1 << 20))
        for block in Self.blocks("console") {
          for (command, shown) in Self.commands(block.text) {
            let outcome = try await Tool.run(
              ["-c", command],
              environment: [
                "PATH": Tool.binary.deletingLastPathComponent().path + ":/usr/bin:/bin",
                "SLIPWAY_LOCAL_CLOUD": cloud.path,
              ], directory: directory, executable: URL(filePath: "/bin/bash"))
            #expect(outcome.status == 0, "\(block.testDescription): \(command): \(outcome.errors)")
            if !shown.isEmpty {
              #expect(Self.masked(outcome.output) == Self.masked(shown), "\(block.testDescription): \(command)")
            }
          }
        }
      }
    }
  }

  @Test("The README shows what fleet.lua prints", .timeLimit(.minutes(5)))
  func fleetOutput() async throws {
    let shown = try #require(Self.blocks("text").first { $0.file == "README.md" })
    try await withExampleCloud { cloud in
      let outcome = try await Tool.run(["run", "--local-cloud", cloud.path, "lua/examples/fleet.lua"])
      #expect(Self.masked(outcome.output) == Self.masked(shown.text))
    }
  }

  @Test("Every relative link leads to a file that is there")
  func links() throws {
    for file in Self.files + ["CONTRIBUTING.md", "CHANGELOG.md"] {
      let page = Tool.root.appending(path: file)
      let text = try String(contentsOf: page, encoding: .utf8)
      for match in text.matches(of: /\]\(([^)#\s]+)(#[^)]*)?\)/) where !match.1.contains("://") {
        let target = page.deletingLastPathComponent().appending(path: String(match.1))
        #expect(FileManager.default.fileExists(atPath: target.path), "\(file) links to \(match.1)")
      }
    }
  }

  /// The `$ command` lines of a block with the output shown below each.
  private static func commands(_ text: String) -> [(String, String)] {
    var result: [(String, String)] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
      if line.hasPrefix("$ ") {
        result.append((String(line.dropFirst(2)), ""))
      } else if !result.isEmpty {
        result[result.count - 1].1 += line + "\n"
      }
    }
    return result
  }

  /// The text with ids, times and durations replaced, since they differ from run to run.
  private static func masked(_ text: String) -> String {
    text.replacing(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "UUID")
      .replacing(/[0-9a-f]{32}/, with: "ID").replacing(/\d+\.\d+ s/, with: "TIME")
  }
}

/// A local cloud's directory with the example images in its buckets.
func withExampleCloud(_ body: (URL) async throws -> Void) async throws {
  try await withTemporaryDirectory { directory in
    let made = try await Tool.run(
      [directory.appending(path: "buckets").path], environment: ["SLIPWAY": Tool.binary.path],
      executable: Tool.root.appending(path: "scripts/make-example-images"))
    try #require(made.status == 0, "\(made.errors)")
    try await body(directory)
  }
}
