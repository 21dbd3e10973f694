import ArgumentParser
import CloudAccess
import Foundation
import ImageImport
import ScriptAPI
import Workbench

/// `slipway validate`: requests from JSON, YAML or Lua against the rules; with `--preflight` also against the cloud.
struct ValidateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Check requests against every rule, with --preflight also against the cloud.",
    discussion: """
      A JSON or YAML file holds one request body or an array of them; a Lua file returns one request or an array, made \
      with ims.system_image or as plain tables. Ends with 65 when any request has an error \
      or a file holds none. For example:

        slipway validate --output json requests.yaml fleet.lua
        slipway validate --preflight --cloud otc requests.yaml
      """)

  @Option(
    help: ArgumentHelp("Whose rules: otc or huawei. The configured cloud's by default, else otc.", valueName: "dialect")
  )
  var dialect: CloudDialect?

  @Option(help: ArgumentHelp("The entry of clouds.yaml whose dialect counts.", valueName: "name"))
  var cloud: String?

  @Option(
    help: ArgumentHelp("Where the built-in local cloud keeps its buckets. Also SLIPWAY_LOCAL_CLOUD.", valueName: "dir"))
  var localCloud: String?

  @Flag(help: "Ask the cloud and its object storage too: bucket, file, bitmap, quota, name. Nothing is sent.")
  var preflight = false

  @OptionGroup(title: "Preflight") var checks: PreflightCheckOptions

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("text, table, json (one report a line) or yaml (a document each).", valueName: "form"))
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
    options.localCloud = localCloud
    // Nothing is submitted, so nothing is remembered.
    options.ledger = "none"
    let workplace = try Workplace(options, quiet: true)
    if preflight { workplace.announce() }
    try await workplace.loadPlugins()
    let rules = RuleSet(dialect: workplace.choice.dialect)
    let output = DataOutput(workplace.console, form, columns: Self.columns)
    var errors = 0
    var failure: Workbench.ExitStatus?
    for file in files {
      let requests: [ImportRequest]
      do {
        requests = try await RequestFile(path: file, workplace: workplace).requests()
      } catch {
        let (report, status) = Self.report(error)
        workplace.console.note(report.text(workplace.console.terminal.errorStyle))
        if form.isData {
          var object = report.json.objectValue ?? [:]
          object["file"] = .string(file)
          object["ok"] = .bool(false)
          output.write(.object(object), text: nil)
        }
        failure = failure ?? status
        continue
      }
      let preflights: [ValidationReport]
      do {
        preflights = preflight ? try await preflighted(requests, workplace) : []
      } catch {
        let status = workplace.fail(error)
        await workplace.close()
        throw status
      }
      for (index, request) in requests.enumerated() {
        var report = await workplace.report(request, rules)
        if preflight { report.findings += preflights[index].findings }
        errors += report.errors.count
        let place = requests.count == 1 ? file : "\(file) [\(index + 1)]"
        var object = report.json.objectValue ?? [:]
        object["file"] = .string(file)
        object["index"] = .integer(Int64(index + 1))
        if let name = request.name { object["name"] = .string(name) }
        output.write(
          .object(object), rows: Self.rows(object),
          text: FindingText.report(report, place: place, name: request.name))
      }
    }
    output.finish()
    await workplace.close()
    if let status = workplace.console.reportOutputFailure() ?? failure { throw ExitCode(status.code) }
    if errors > 0 { throw ExitCode(ExitStatus.refused.code) }
  }

  private static let columns: [DataOutput.Column] = [
    .init("FILE", "file"), .init("REQUEST", "index"), .init("NAME", "name"), .init("RESULT", "severity"),
    .init("FIELD", "field"), .init("MESSAGE", "message"),
  ]

  /// A row for each finding, or one that says that there is none.
  private static func rows(_ report: [String: JSONValue]) -> [JSONValue] {
    let findings = report["findings"]?.arrayValue ?? []
    guard !findings.isEmpty else { return [.object(report.merging(["severity": "ok"]) { $1 })] }
    return findings.map { .object(report.merging($0.objectValue ?? [:]) { own, finding in finding }) }
  }

  /// What the cloud says about the requests, in their order.
  private func preflighted(_ requests: [ImportRequest], _ workplace: Workplace) async throws -> [ValidationReport] {
    let service = try await workplace.runtime.connector.service()
    let options = checks.options
    return try await withThrowingTaskGroup(of: (Int, ValidationReport).self) { group in
      var reports = Array(repeating: ValidationReport(), count: requests.count)
      for (index, request) in requests.enumerated() {
        if index >= Self.atOnce, let (place, report) = try await group.next() { reports[place] = report }
        group.addTask { (index, try await service.preflight(request, options: options)) }
      }
      for try await (place, report) in group { reports[place] = report }
      return reports
    }
  }

  /// How many requests are checked against the cloud at the same time.
  private static let atOnce = 8

  /// Why a file gave no requests; the other files are checked all the same.
  private static func report(_ error: any Error) -> (ErrorReport, Workbench.ExitStatus) {
    switch error {
    case let error as ScriptRaised: (error.report, .refused)
    case let error as CommandFailure: (ErrorReport(message: error.message, hint: error.hint), error.status)
    default: (ErrorReport(error), Workbench.ExitStatus(error))
    }
  }
}
