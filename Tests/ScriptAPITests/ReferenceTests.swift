import CloudAccess
import Foundation
import ImageImport
import Logging
import LuaHost
import Testing

@testable import ScriptAPI

@Suite("The script API's reference")
struct ReferenceTests {
  private var context: ScriptContext {
    ScriptContext(
      workingDirectory: "/", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      cloud: CloudConnector(dialect: .otc) { throw ConfigurationError(message: "no cloud in this test") })
  }

  /// Run with SLIPWAY_UPDATE_REFERENCE=1 to write the page anew.
  @Test("docs/reference/script-api.md says what the declarations say")
  func current() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .appending(path: "docs/reference/script-api.md")
    let text = ReferenceWriter.markdown(context.modules)
    if ProcessInfo.processInfo.environment["SLIPWAY_UPDATE_REFERENCE"] != nil {
      try text.write(to: page, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: page, encoding: .utf8) == text, "write it anew with SLIPWAY_UPDATE_REFERENCE=1")
  }

  @Test("Every function says what it does, since when, and what each parameter means")
  func complete() {
    for module in context.modules {
      #expect(!module.summary.isEmpty)
      for function in module.functions + module.types.flatMap(\.methods) {
        #expect(function.summary.hasSuffix("."), "\(function.name)")
        #expect(!function.since.isEmpty)
        #expect(function.parameters.allSatisfy { !$0.docs.isEmpty }, "\(function.name)")
      }
    }
  }
}
