import Testing

@testable import Workbench

@Suite("Tab")
struct LineCompletionTests {
  private let names = [
    "ims", "ims.import", "ims.import_all", "ims.images", "ims.system_image", "io", "ipairs", "image", "image.name",
    "print", "string", "string.format", ".help", ".quit",
  ]

  private func complete(_ text: String) -> LineCompletion {
    LineCompletion.complete(text, names: names)
  }

  @Test("A unique name is completed, a shared beginning too, otherwise the choice is shown")
  func names_() {
    #expect(complete("pr") == .insert("int"))
    #expect(complete("x = ims.s") == .insert("ystem_image"))
    #expect(complete("ims.i") == .insert("m"))
    #expect(complete("ims.im") == .list(["ims.images", "ims.import", "ims.import_all"]))
    #expect(complete("ims.import") == .list(["ims.import_all"]) || complete("ims.import") == .insert("_all"))
    #expect(complete("zzz") == .none)
  }

  @Test("Members are offered only after their table's name is complete")
  func members() {
    #expect(complete("str") == .insert("ing."))
    #expect(complete("im") == .list(["image.", "ims."]))
  }

  @Test("Nothing is completed inside strings and numbers; at the start of a line Tab indents")
  func elsewhere() {
    #expect(complete("print(\"pr") == .none)
    #expect(complete("print(\"a\", pr") == .insert("int"))
    #expect(complete("12") == .none)
    #expect(complete("x = ") == .none)
    #expect(complete("  ") == .insert("  "))
    #expect(complete("") == .insert("  "))
  }
}
