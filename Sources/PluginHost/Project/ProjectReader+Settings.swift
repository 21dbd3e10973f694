import CloudAccess
import Foundation
import ImageImport
import LuaHost

extension ProjectReader {
  private static let settings = [
    "cloud", "concurrent_imports", "dialect", "ledger", "log_level", "preflight", "requests_per_second",
  ]
  private static let logLevels = ["trace", "debug", "info", "warning", "error"]

  /// Keys that people expect and that a project file must not have, with what to do instead.
  private static let refused: [(keys: [String], message: String, hint: String)] = [
    (
      ["allow", "allow_net", "allow_write", "access", "grants", "sandbox"],
      "a project file cannot say what scripts may reach",
      "whoever runs them does, on the command line: --allow-net HOST, --allow-write DIR"
    ),
    (
      [
        "access_key", "ak", "auth", "auth_url", "credentials", "endpoint", "endpoints", "password", "region",
        "secret_key", "sk", "token", "username",
      ], "a project file holds no credentials and no addresses",
      "they belong into clouds.yaml or the environment; cloud: NAME picks an entry"
    ),
    (["output"], "the form of the output is for whoever reads it to choose", "--output json on the command line"),
  ]

  /// Reads the whole file.
  mutating func readAll(_ root: YAMLNode) -> (settings: ProjectSettings, plugins: [PluginEntry]) {
    let parts = members(of: root)
    var settings = ProjectSettings()
    settings.cloud = located(parts["cloud"]) { reader, node in
      guard let name = reader.text(node, "cloud", limit: 200) else { return nil }
      if !name.isEmpty { return name }
      reader.note(node, "cloud must name an entry of clouds.yaml, or local")
      return nil
    }
    settings.dialect = located(parts["dialect"]) { reader, node in
      Self.word(node, "dialect", CloudDialect.allCases.map(\.rawValue), &reader).flatMap(CloudDialect.init(rawValue:))
    }
    settings.logLevel = located(parts["log_level"]) { Self.word($1, "log_level", Self.logLevels, &$0) }
    settings.requestsPerSecond = located(parts["requests_per_second"]) { reader, node in
      if let rate = node.text.flatMap(Double.init), (0.01...1e6).contains(rate) { return rate }
      reader.note(node, "requests_per_second must be a number from 0.01 to 1000000, got \(node.shown)")
      return nil
    }
    settings.concurrentImports = located(parts["concurrent_imports"]) { reader, node in
      guard let count = reader.integer(node, "concurrent_imports") else { return nil }
      if (1...1_000_000).contains(count) { return count }
      reader.note(node, "concurrent_imports must be from 1 to 1000000, got \(count)")
      return nil
    }
    let directory = directory
    settings.ledger = located(parts["ledger"]) { Self.ledger($1, below: directory, &$0) }
    if let node = parts["preflight"]?.value, !node.isNull { preflight(node, &settings) }
    return (settings, parts["plugins"].map { plugins($0.value) } ?? [])
  }

  /// The members of the file, with a word of its own for what does not belong there.
  private mutating func members(of root: YAMLNode) -> [String: YAMLNode.Member] {
    guard var own = root.members else {
      return reader.members(root, known: Self.settings + ["plugins"], of: "the project file")
    }
    own.removeAll { member in
      guard let rule = Self.refused.first(where: { $0.keys.contains(member.name) }) else { return false }
      reader.note(member, "\(rule.message), so '\(member.name)' has no place here", hint: rule.hint)
      return true
    }
    let rest = YAMLNode(.map(own), line: root.line, column: root.column)
    return reader.members(rest, known: Self.settings + ["plugins"], of: "the project file")
  }

  private mutating func preflight(_ node: YAMLNode, _ settings: inout ProjectSettings) {
    let parts = reader.members(node, known: ["skip", "timeout"], of: "preflight")
    settings.skippedChecks = located(parts["skip"]) { reader, node in
      let names = reader.items(node, "skip").compactMap { item -> String? in
        guard let name = reader.text(item, "a check") else { return nil }
        var options = PreflightOptions()
        do throws(ImportError) {
          try options.skip([name])
          return name
        } catch {
          reader.note(item, error.message, hint: error.hint)
          return nil
        }
      }
      return names.isEmpty ? nil : names
    }
    settings.preflightTimeout = located(parts["timeout"]) { reader, node in
      if let time = node.text.flatMap(LuaDuration.parse), time > .zero { return time }
      reader.note(node, "timeout must be a duration above 0, got \(node.shown)", hint: "such as 10s")
      return nil
    }
  }

  private mutating func located<Value>(
    _ member: YAMLNode.Member?, _ read: (inout NodeReader, YAMLNode) -> Value?
  ) -> ProjectSettings.Located<Value>? {
    guard let member, !member.value.isNull, let value = read(&reader, member.value) else { return nil }
    return ProjectSettings.Located(value: value, place: "\(reader.place):\(member.line)")
  }

  private static func word(_ node: YAMLNode, _ what: String, _ words: [String], _ reader: inout NodeReader) -> String? {
    guard let word = reader.text(node, what) else { return nil }
    if words.contains(word) { return word }
    reader.note(
      node, "\(what) must be one of \(words.joined(separator: ", ")), got '\(word.prefix(60))'",
      hint: NodeReader.suggestion(word, words))
    return nil
  }

  /// A file below the project's directory, links followed: elsewhere a file of somebody else's repository has nothing to make.
  private static func ledger(_ node: YAMLNode, below directory: String, _ reader: inout NodeReader) -> String? {
    guard let text = reader.text(node, "ledger", limit: 4000) else { return nil }
    if text == "none" {
      reader.note(
        node, "a project file cannot switch the ledger off: what is not remembered is imported twice",
        hint: "--ledger none on the command line does it for a run")
      return nil
    }
    let root = URL(filePath: directory).resolvingSymlinksInPath().path
    let path = URL(filePath: directory + "/" + text).standardizedFileURL
    let parent = path.deletingLastPathComponent().resolvingSymlinksInPath().path
    let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path.path)) != nil
    guard !text.isEmpty, !text.hasPrefix("/"), !text.utf8.contains(0), !text.hasSuffix("/"), !isLink,
      parent == root || parent.hasPrefix(root == "/" ? "/" : root + "/"), path.path != root
    else {
      reader.note(
        node, "ledger must be a file below the project's directory, got '\(text.prefix(60))'",
        hint: "such as .slipway/ledger.sqlite; for another place there is --ledger")
      return nil
    }
    return path.path
  }
}
