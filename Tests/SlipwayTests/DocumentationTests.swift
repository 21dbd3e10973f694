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

  static var referencePages: [String] {
    let place = Tool.root.appending(path: "docs/reference").path
    let pages = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    return pages.filter { $0.hasSuffix(".md") }.sorted().map { "docs/reference/" + $0 }
  }

  /// The fenced blocks of a language in some pages; by default in the README and the guides.
  static func blocks(_ language: String, in files: [String] = files) -> [Block] {
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
        let outcome = try await Self.run(block.text, cloud)
        #expect(outcome.status == 0, "\(block.testDescription): \(outcome.errors)")
      }
    }
  }

  /// Runs Lua as the command does that it is written for.
  private static func run(_ text: String, _ cloud: URL) async throws -> Tool.Outcome {
    guard text.contains("test.case(") else {
      return try await Tool.run(["run", "--local-cloud", cloud.path, "-"], input: text)
    }
    return try await withTemporaryDirectory { directory in
      let file = directory.appending(path: "example_test.lua")
      try text.write(to: file, atomically: true, encoding: .utf8)
      var outcome = try await Tool.run(["test", file.path])
      (outcome.errors, outcome.output) = (outcome.errors + outcome.output, "")
      return outcome
    }
  }

  @Test("Every console example prints what it shows, with ids and times aside", .timeLimit(.minutes(5)))
  func consoleExamples() async throws {
    try await withExampleCloud { cloud in
      try await withTemporaryDirectory { directory in
        _ = FileManager.default.createFile(
          atPath: directory.appending(path: "disk.raw").path, contents: Data(repeating: 1, count: 1 << 20))
        try FileManager.default.createSymbolicLink(
          at: directory.appending(path: "lua"), withDestinationURL: Tool.root.appending(path: "lua"))
        // The guide is walked through as a whole.
        for block in Self.blocks("console", in: Self.files.filter { $0 != "docs/guide.md" }) {
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

  @Test("Every example of the reference runs and prints what it shows", .timeLimit(.minutes(5)))
  func referenceExamples() async throws {
    try await withExampleCloud { cloud in
      for page in Self.referencePages {
        let blocks = Self.blocks("lua", in: [page])
        if blocks.isEmpty { continue }
        // One run a page; each example is a block of its own.
        let text = blocks.map { "do\n\($0.text)end\n" }.joined()
        let outcome = try await Self.run(text, cloud)
        #expect(outcome.status == 0, "\(page): \(outcome.errors)")
        let shown = blocks.flatMap { Self.shownOutput($0.text) }
        let printed = outcome.output.split(separator: "\n").map { Self.collapsed($0) }
        #expect(shown.count == printed.count, "\(page): \(printed) for \(shown)")
        for (expected, line) in zip(shown, printed) {
          #expect(Self.matches(line, expected), "\(page): '\(line)' for '\(expected)'")
        }
      }
    }
  }

  /// What follows `-->`: a line of output each.
  private static func shownOutput(_ example: String) -> [String] {
    example.split(separator: "\n").compactMap { line in
      line.range(of: "--> ").map { collapsed(line[$0.upperBound...]) }
    }
  }

  private static func collapsed(_ text: Substring) -> String {
    text.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
  }

  /// Whether a line is as shown, where "…" stands for one word.
  private static func matches(_ line: String, _ shown: String) -> Bool {
    let (words, expected) = (line.split(separator: " "), shown.split(separator: " "))
    return words.count == expected.count && zip(words, expected).allSatisfy { $1 == "…" || $0 == $1 }
  }

  @Test("The embedding guide quotes the example program and its test, both of which are compiled and run")
  func embeddingQuotes() throws {
    let sources = try [
      "Sources/EmbeddingExample/EmbeddingExample.swift", "Tests/LuaHostTests/EmbeddingGuideTests.swift",
    ]
    .map { try String(contentsOf: Tool.root.appending(path: $0), encoding: .utf8) }
    let blocks = Self.blocks("swift", in: ["docs/embedding.md"])
    #expect(blocks.count >= 10)
    for block in blocks {
      #expect(sources.contains { $0.contains("\n" + block.text) }, "\(block.testDescription) is no quote")
    }
    #expect(sources[0].split(separator: "\n", omittingEmptySubsequences: false).count <= 60)  // the last is empty
    for word in ["image", "cloud", "slipway"] { #expect(!sources[0].lowercased().contains(word)) }
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

  /// The text with ids, times and durations replaced, since they differ from run to run, and without empty lines.
  private static func masked(_ text: String) -> String {
    text.replacing(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "UUID")
      .replacing(/[0-9a-f]{32}/, with: "ID").replacing(/\d+\.\d+ s/, with: "TIME").replacing(/\n\n+/, with: "\n")
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
