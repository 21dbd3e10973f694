import Foundation
import Testing

@Suite("slipway completions")
struct CompletionsCommandTests {
  /// What bash offers for a line, by the script as a user would load it.
  private func offered(_ line: String, _ directory: URL, _ environment: [String: String]) async throws -> [String] {
    let script = try await Tool.run(["completions", "bash"])
    #expect(script.status == 0, "\(script.errors)")
    let file = directory.appending(path: "slipway.bash")
    try script.output.write(to: file, atomically: true, encoding: .utf8)
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map { "'\($0)'" }.joined(separator: " ")
    let program = """
      source '\(file.path)'
      PATH='\(Tool.binary.deletingLastPathComponent().path)':$PATH
      COMP_WORDS=(\(words)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE='\(line)'; COMP_POINT=${#COMP_LINE}
      COMP_TYPE=9; COMP_KEY=9
      _slipway slipway "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let outcome = try await Tool.run(
      ["-c", program], environment: environment, directory: directory, executable: URL(filePath: "/bin/bash"))
    return outcome.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  @Test("bash completes commands, and the names of clouds from clouds.yaml")
  func clouds() async throws {
    try await withTemporaryDirectory { directory in
      try "clouds: {otc-prod: {}, otc-test: {}, hwc: {}}".write(
        to: directory.appending(path: "clouds.yaml"), atomically: true, encoding: .utf8)
      #expect(try await offered("slipway doc", directory, [:]) == ["doctor"])
      #expect(try await offered("slipway run --cloud otc", directory, [:]) == ["otc-prod", "otc-test"])
      #expect(try await offered("slipway run --cloud ", directory, [:]).contains("local"))
    }
  }

  @Test("bash completes the ids of records, for resume only of open ones")
  func records() async throws {
    try await withTemporaryDirectory { directory in
      let environment = [
        "XDG_STATE_HOME": directory.path, "SLIPWAY_LOCAL_CLOUD": directory.appending(path: "cloud").path,
      ]
      try await ExampleFiles.disk(in: directory.appending(path: "cloud"), bucket: "images", key: "x.zvhd2")
      let imported = try await Tool.run(
        [
          "import", "--cloud", "local", "--name", "a", "--image-url", "images:x.zvhd2", "--os-version",
          "CentOS 7.0 64bit", "--min-disk", "40",
        ], environment: environment)
      #expect(imported.status == 0, "\(imported.errors)")
      let shown = try await offered("slipway jobs show ", directory, environment)
      #expect(shown.count == 1)
      #expect(shown.first?.count == 26, "\(shown)")
      #expect(try await offered("slipway jobs resume ", directory, environment).isEmpty)
    }
  }

  @Test("There is a script for zsh and fish too", arguments: ["zsh", "fish"])
  func others(_ shell: String) async throws {
    let outcome = try await Tool.run(["completions", shell])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("doctor"))
  }
}
