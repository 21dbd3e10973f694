import ArgumentParser
import CloudAccess
import Foundation
import ImageImport
import ScriptAPI
import Workbench

/// `slipway validate`: requests from JSON, YAML or Lua against the rules, without any network.
struct ValidateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Check requests against every rule that needs no network.",
    discussion: """
      A JSON or YAML file holds one request body or an array of them; a Lua file returns one request or an array, made \
      with ims.system_image or as plain tables. Ends with 65 when any request has an error \
      or a file holds none. For example:

        slipway validate --output json requests.yaml fleet.lua
      """)

  @Option(
    help: ArgumentHelp("Whose rules: otc or huawei. The configured cloud's by default, else otc.", valueName: "dialect")
  )
  var dialect: CloudDialect?

  @Option(help: ArgumentHelp("The entry of clouds.yaml whose dialect counts.", valueName: "name"))
  var cloud: String?

  @Option(name: .customLong("output"), help: ArgumentHelp("text, or json: one report a line.", valueName: "form"))
  var form: OutputForm = .text

  @OptionGroup(title: "Plugins") var plugins: PluginOptions

  @Argument(
    help: ArgumentHelp(
      "Files ending in .json, .yaml, .yml or .lua; - reads JSON from standard input.", valueName: "file"))
  var files: [String]

  func run() async throws {
    var options = Settings()
    options.cloud = cloud
    options.dialect = dialect
    options.form = form
    options.plugins = plugins.choice
    let workplace = try Workplace(options, quiet: true)
    try await workplace.loadPlugins()
    let rules = RuleSet(dialect: workplace.choice.dialect)
    var errors = 0
    var failure: Workbench.ExitStatus?
    for file in files {
      let requests: [ImportRequest]
      do {
        requests = try await RequestFile(path: file, workplace: workplace).requests()
      } catch {
        let (report, status) = Self.report(error)
        workplace.console.note(report.text(workplace.console.terminal.errorStyle))
        if form == .json {
          var object = report.json.objectValue ?? [:]
          object["file"] = .string(file)
          object["ok"] = .bool(false)
          workplace.console.print(JSONValue.object(object).serialized())
        }
        failure = failure ?? status
        continue
      }
      for (index, request) in requests.enumerated() {
        let report = await workplace.report(request, rules)
        errors += report.errors.count
        let place = requests.count == 1 ? file : "\(file) [\(index + 1)]"
        switch form {
        case .text: workplace.console.print(FindingText.report(report, place: place, name: request.name))
        case .json:
          var object = report.json.objectValue ?? [:]
          object["file"] = .string(file)
          object["index"] = .integer(Int64(index + 1))
          if let name = request.name { object["name"] = .string(name) }
          workplace.console.print(JSONValue.object(object).serialized())
        }
      }
    }
    await workplace.close()
    if let status = workplace.console.reportOutputFailure() ?? failure { throw ExitCode(status.code) }
    if errors > 0 { throw ExitCode(ExitStatus.refused.code) }
  }

  /// Why a file gave no requests; the other files are checked all the same.
  private static func report(_ error: any Error) -> (ErrorReport, Workbench.ExitStatus) {
    switch error {
    case let error as ScriptRaised: (error.report, .refused)
    case let error as CommandFailure: (ErrorReport(message: error.message, hint: error.hint), error.status)
    default: (ErrorReport(error), Workbench.ExitStatus(error))
    }
  }
}
