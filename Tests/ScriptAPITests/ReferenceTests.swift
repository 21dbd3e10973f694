import Foundation
import LuaHost
import Testing

@testable import ScriptAPI

/// What is written from the declarations and checked in. With SLIPWAY_UPDATE_REFERENCE=1 these tests write it anew.
@Suite("The script API's reference and stubs")
struct ReferenceTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let isUpdating = ProcessInfo.processInfo.environment["SLIPWAY_UPDATE_REFERENCE"] != nil

  private let interface = ScriptInterface.standard

  /// Compares files of a directory with what they should be, or writes them.
  private func check(_ directory: String, _ files: [(path: String, text: String)], keeping: Set<String> = []) throws {
    let place = Self.root.appending(path: directory)
    if Self.isUpdating {
      for file in files {
        let url = place.appending(path: file.path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try file.text.write(to: url, atomically: true, encoding: .utf8)
      }
    }
    let present = Set(try FileManager.default.subpathsOfDirectory(atPath: place.path))
    #expect(present.subtracting(keeping) == Set(files.map(\.path)), "\(directory) has files of no declaration")
    for file in files {
      let text = try? String(contentsOf: place.appending(path: file.path), encoding: .utf8)
      #expect(text == file.text, "\(directory)/\(file.path) is old: write it anew with SLIPWAY_UPDATE_REFERENCE=1")
    }
  }

  @Test("docs/reference says what the declarations say")
  func pages() throws {
    try check("docs/reference", ScriptInterface.reference, keeping: ["rules.md"])
  }

  @Test("lua/types says what the declarations say")
  func stubs() throws {
    try check("lua/types", StubWriter(interface).files)
  }

  @Test("Every stub is Lua and returns its module with every function in place")
  func stubsAreLua() async throws {
    let vm = try LuaVM()
    for file in StubWriter(interface).files where file.path != "globals.lua" {
      let values = try await vm.run(Array(file.text.utf8), name: file.path)
      let module = try #require(interface.modules.first { $0.name + ".lua" == file.path })
      let table = try #require(values.first?.tableValue, "\(file.path) returns no table")
      for function in module.functions {
        #expect(table[function.key].functionValue != nil, "\(file.path) has no \(function.name)")
      }
    }
    let globals = try #require(StubWriter(interface).files.first { $0.path == "globals.lua" })
    try await vm.check(Array(globals.text.utf8), name: "globals.lua")
  }

  @Test("Every type a stub mentions is declared once, in one of the stubs")
  func typesAreDeclared() throws {
    var declared: [String: Int] = [:]
    var mentioned: Set<String> = []
    for file in StubWriter(interface).files {
      for line in file.text.split(separator: "\n") where line.hasPrefix("---@") {
        if let match = line.firstMatch(of: /^---@(?:class|alias) (?:\(exact\) )?([A-Za-z_][\w.]*)/) {
          declared[String(match.1), default: 0] += 1
        }
        // Dotted names stand in types only; words of prose are left out by looking at what precedes the prose.
        if let type = line.firstMatch(of: /^---@(?:param \S+|field \S+|return|overload) (\S+)/) {
          for name in String(type.1).matches(of: /[a-z]\w*(?:\.[A-Z]\w*)+/) { mentioned.insert(String(name.0)) }
        }
      }
    }
    #expect(declared.filter { $0.value > 1 }.isEmpty)
    #expect(mentioned.count > 20)
    #expect(mentioned.subtracting(declared.keys).isEmpty)
  }

  @Test("Every function says what it does, since when, what each parameter means, and shows itself in use")
  func complete() {
    for module in interface.modules {
      #expect(module.summary.hasSuffix("."), "\(module.name)")
      for function in module.functions + module.types.flatMap(\.methods) {
        #expect(function.summary.hasSuffix("."), "\(function.name)")
        #expect(!function.since.isEmpty, "\(function.name)")
        #expect(
          (function.parameters + function.returns).allSatisfy { !$0.docs.isEmpty && !$0.docs.hasSuffix(".") },
          "\(function.name): parameters and results are explained by clauses")
        #expect(function.documentation.example?.contains("require") == true, "\(function.name) has no example")
        for error in function.documentation.raises {
          #expect(interface.errorKinds.contains { $0.name == error.kind }, "\(function.name) raises \(error.kind)")
        }
      }
      for type in module.types {
        #expect(type.summary.contains("."), "\(type.name)")
        #expect(type.fields.allSatisfy { !$0.docs.isEmpty }, "\(type.name)")
      }
    }
    #expect(Set(interface.errorKinds.map(\.name)).count == interface.errorKinds.count)
  }

  @Test("Globals are there or missing as the stubs and the reference say")
  func globals() async throws {
    let vm = try LuaVM()
    for function in interface.globals.functions {
      let kind = try await vm.evaluate("type(\(function.name))").first?.stringValue
      #expect(kind == "function", "\(function.name)")
      guard let example = function.documentation.example else { continue }
      _ = try await LuaVM(LuaVM.Configuration(modules: [TaskModule.module], output: { _ in })).run(
        Array(example.utf8), name: function.name)
    }
    for name in interface.globals.absent {
      let path = name.split(separator: ".")
      let value = path.count == 1 ? name : "\(path[0]) and \(name)"
      #expect(try await vm.evaluate("\(value) == nil").first == .boolean(true), "\(name)")
    }
  }
}
