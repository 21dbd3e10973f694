import ArgumentParser
import CloudAccess
import Foundation
import PluginHost
import Workbench

/// `slipway plugin list`.
struct PluginListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the plugins of the project, and those that could be added.",
    discussion: """
      Nothing of a plugin is run. The state is ready, disabled, available (found, but not named in slipway.yaml) or broken, about \
      which slipway plugin doctor tells more.
      """)

  @OptionGroup var plugins: PluginOptions

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("text, table, json (one object a line) or yaml (a document each).", valueName: "form"))
  var form: OutputForm = .text

  func run() async throws {
    let console = Console(terminal: .detect())
    let settings = try PluginSession.attempt {
      try plugins.choice.settings(
        environment: ProcessInfo.processInfo.environment, workingDirectory: FileManager.default.currentDirectoryPath)
    }
    let plan = await PluginPlan(settings)
    var rows = plan.candidates.map { PluginRow($0, isNamed: true) }
    let named = Set(plan.candidates.map(\.name))
    var others = settings
    others.entries = settings.finder.names.filter { !named.contains($0) }.compactMap { name in
      settings.finder.find(name).map { PluginEntry(path: $0, place: $0) }
    }
    others.project = ProjectFile(directory: settings.project.directory)
    others.assignments = []
    others.grants = []
    others.keepsLock = false
    others.isTesting = true
    rows += await PluginPlan(others).candidates.map { PluginRow($0, isNamed: false) }
    switch form {
    case .json, .yaml:
      let output = DataOutput(console, form, columns: [])
      for row in rows { output.write(row.json, text: nil) }
    case .text where rows.isEmpty, .table where rows.isEmpty:
      console.note("There are no plugins. `slipway plugin new NAME` makes one.")
    case .text, .table:
      var table = TextTable([
        .init("NAME", shrinks: false), .init("VERSION", shrinks: false), .init("STATE", shrinks: false),
        .init("LOCK", shrinks: false), .init("HOOKS"), .init("ASKS FOR"), .init("GRANTED"),
      ])
      for row in rows { table.add(row.cells) }
      let width = form == .text && console.terminal.outputIsTerminal ? console.terminal.columns : nil
      console.print(table.lines(width: width, paint: console.terminal.outputPaint).joined(separator: "\n"))
    }
    for problem in plan.general { console.note("\(problem)") }
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
  }
}
