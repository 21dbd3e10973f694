import Foundation
import Testing

@Suite("The manual page")
struct ManualPageTests {
  @Test("It has every command and every option that --help shows")
  func complete() async throws {
    let page = try await Tool.run(["man"])
    #expect(page.status == 0, "\(page.errors)")
    let text = page.output.replacing("\\-", with: "-")
    #expect(text.hasPrefix(".TH SLIPWAY 1"))
    let help = try await Tool.run(["help"])
    let commands = help.output.split(separator: "\n").drop { !$0.hasPrefix("SUBCOMMANDS") }.dropFirst()
      .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") && !$0.contains("See '") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(commands.count > 8, "\(help.output)")
    for command in commands where command != "help" {
      #expect(text.contains("\n.SS \(command)\n"), "\(command)")
      let own = try await Tool.run(["help", command])
      for option in own.output.matches(of: /^  (--[a-z-]+)/.anchorsMatchLineEndings()).map({ String($0.1) })
      where option != "--version" {
        #expect(text.contains("\\fB\(option)\\fR"), "\(option) of \(command)")
      }
    }
  }

  @Test(
    "groff formats it without a warning", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/groff")))
  func formats() async throws {
    let page = try await Tool.run(["man"])
    let outcome = try await Tool.run(
      ["-man", "-Tutf8", "-ww", "-z"], input: page.output, executable: URL(filePath: "/usr/bin/groff"))
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty, "\(outcome.errors.prefix(500))")
  }
}
