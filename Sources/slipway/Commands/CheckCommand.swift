import ArgumentParser
import CloudAccess
import Foundation
import LuaHost
import ScriptAPI
import ScriptCheck
import Workbench

/// `slipway check`: what is wrong with scripts, without running them.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Find mistakes in workflows without running them.",
    discussion: """
      Syntax, undefined names, unused locals, unknown fields, values and arguments of every module, and the rules of requests \
      that are written down whole. `-- slipway: ignore RULE` on a line or before it switches a rule off there. For example:

        slipway check fleet.lua
        slipway check --output github lua
        slipway check --explain unknown-field

      Exit status: 0 no errors; 64 wrong use; 65 errors were found, or warnings with --warnings-as-errors.
      """)

  @Argument(
    help: ArgumentHelp(
      "Scripts, or directories in which *.lua is looked for; - reads standard input.", valueName: "path"),
    completion: .file(extensions: ["lua"]))
  var paths: [String] = []

  @Option(
    name: .customLong("output"), help: ArgumentHelp("text, table, json, yaml, github or gitlab.", valueName: "form"))
  var form: CheckForm = .text

  @Option(help: ArgumentHelp("Do not look for this; several with commas, or again.", valueName: "rule"))
  var ignore: [String] = []

  @Option(help: ArgumentHelp("Look for this only; several with commas, or again.", valueName: "rule"))
  var select: [String] = []

  @Option(help: ArgumentHelp("Look for this as well; all for every rule.", valueName: "rule"))
  var also: [String] = []

  @Flag(help: "Count warnings as errors.")
  var warningsAsErrors = false

  @Flag(help: "Check for a run with --sandbox.")
  var sandbox = false

  @Option(help: ArgumentHelp("Check for a run with --allow: io, os or io,os.", valueName: "names"))
  var allow: String?

  @Option(help: ArgumentHelp("Whose rules requests must keep: otc or huawei.", valueName: "dialect"))
  var dialect: CloudDialect = .otc

  @Flag(help: "Print all rules.")
  var listRules = false

  @Option(help: ArgumentHelp("Explain a rule.", valueName: "rule"))
  var explain: String?

  func validate() throws {
    if paths.isEmpty, !listRules, explain == nil {
      throw ValidationError("Name the scripts to check, or - for standard input.")
    }
    for word in words(ignore) + words(select) + words(also) + (explain.map { [$0] } ?? [])
    where CheckRule.named(word) == nil && word != "all" {
      let near = Suggestion.hint(for: word, in: CheckRule.all.map(\.id))
      throw ValidationError("There is no rule '\(word)'\(near); slipway check --list-rules prints all.")
    }
    _ = try level()
  }

  private func words(_ list: [String]) -> [String] {
    list.flatMap { $0.split(separator: ",").map { String($0).trimmingCharacters(in: .whitespaces) } }
  }

  private func level() throws -> LuaSandbox {
    var limits = LimitOptions()
    limits.sandbox = sandbox
    limits.allow = allow
    limits.memory = nil
    limits.maxSeconds = nil
    limits.maxSteps = nil
    limits.maxOutput = nil
    return try limits.policy().sandbox
  }

  private var selection: ScriptChecker.Selection {
    func all(_ list: [String]) -> [String] {
      let words = words(list)
      return words.contains("all") ? CheckRule.all.map(\.id) : words
    }
    return ScriptChecker.Selection(
      selecting: all(select) + all(also), ignoring: all(ignore), only: !select.isEmpty)
  }

  func run() async throws {
    let console = Console(terminal: .detect())
    if listRules { return try end(console, RuleText.list(console.terminal.outputStyle)) }
    if let explain { return try end(console, RuleText.explanation(explain, console.terminal.outputStyle)) }
    let files = try ScriptFiles.find(paths)
    var checker = ScriptChecker(
      interface: ScriptInterface.standard, sandbox: try level(), selection: selection,
      findModule: ScriptFiles.module)
    checker.literalCheck = RequestCheck.make(dialect)
    // What plugins bring depends on the project, and inside of a plugin it is the plugin itself.
    checker.undeclaredModules = ["plugin"]
    let vm = try LuaVM()
    var findings: [CheckFinding] = []
    var failure: CommandFailure?
    var looked = 0
    for path in files {
      do {
        let others = Set(files).subtracting([path])
        findings += try await check(path, checker, vm, others)
        looked += 1
      } catch let error as CommandFailure {
        console.note("error: \(error)")
        failure = error
      }
    }
    await vm.close()
    if warningsAsErrors { for index in findings.indices { findings[index].severity = .error } }
    let unique = Self.unique(findings)
    write(unique, console)
    if form == .text { console.note(summary(unique, looked)) }
    if let status = console.reportOutputFailure() ?? failure?.status { throw ExitCode(status.code) }
    if unique.contains(where: { $0.severity == .error }) { throw ExitCode(ExitStatus.refused.code) }
  }

  private func check(
    _ path: String, _ checker: ScriptChecker, _ vm: LuaVM, _ others: Set<String>
  ) async throws -> [CheckFinding] {
    let bytes = try ScriptFiles.read(path)
    let name = path == "-" ? "stdin" : path
    var findings = checker.check(bytes, path: name, known: others)
    guard !findings.contains(where: { $0.file == name && ["syntax-error", "encoding"].contains($0.rule) }) else {
      return findings
    }
    do {
      try await vm.check(bytes, name: name)
    } catch let error as LuaError {
      if let finding = checker.finding(fromCompiler: error.message, bytes: bytes, path: name) {
        findings.append(finding)
      }
    }
    return findings
  }

  /// A module that several scripts require is judged with each of them.
  private static func unique(_ findings: [CheckFinding]) -> [CheckFinding] {
    var seen: Set<CheckFinding> = []
    return findings.filter { seen.insert($0).inserted }
  }

  private func write(_ findings: [CheckFinding], _ console: Console) {
    switch form {
    case .text:
      let text = CheckText(style: console.terminal.outputStyle)
      for finding in findings { console.print(text.lines(finding).joined(separator: "\n")) }
    case .table, .json, .yaml:
      let output = DataOutput(
        console, form == .table ? .table : form == .json ? .json : .yaml, columns: CheckReport.columns)
      for finding in findings { output.write(CheckReport.json(finding), text: nil) }
      output.finish()
    case .github: for finding in findings { console.print(CheckReport.github(finding)) }
    case .gitlab: console.print(CheckReport.gitlab(findings))
    }
  }

  private func summary(_ findings: [CheckFinding], _ files: Int) -> String {
    func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
    let errors = findings.count { $0.severity == .error }
    let place = "in \(count(files, "file"))"
    if findings.isEmpty { return "no findings \(place)" }
    return "\(count(errors, "error")), \(count(findings.count - errors, "warning")) \(place)"
  }

  private func end(_ console: Console, _ text: String) throws {
    console.print(text)
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
  }
}
