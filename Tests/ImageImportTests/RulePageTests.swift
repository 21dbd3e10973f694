import Foundation
import ImageImport
import Testing

@Suite("The page of the rules")
struct RulePageTests {
  @Test("is written on demand", .enabled(if: ProcessInfo.processInfo.environment["SLIPWAY_WRITE_DOCS"] == "1"))
  func write() throws {
    let page = Repository.root.appending(path: "docs/reference/rules.md")
    try FileManager.default.createDirectory(at: page.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(RuleSet.markdown.utf8).write(to: page)
  }
}
