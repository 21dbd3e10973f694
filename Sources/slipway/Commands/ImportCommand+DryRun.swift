import ArgumentParser
import CloudAccess
import Foundation
import ImageImport
import ScriptAPI
import Workbench

extension ImportCommand {
  /// What the import is as a script, which a dry run can follow.
  private static let script = """
    local ims, json = require "ims", require "json"
    local order = json.decode((...))
    local image
    if not order.file then image = ims.request(order.request)
    elseif order.is_data then image = ims.data_image(order.request)
    else image = ims.system_image(order.request) end
    ims.import(image, { key = order.key, again = order.again })
    """

  /// Prints what would be done: of a file what it is and where it would go, and with a cloud what that says to it.
  func dryRun() async throws {
    let workplace = try Workplace(
      options.settings(ledger, preflight).with(plugins), quiet: true, tellsFailures: false)
    var file: (facts: JSONValue, text: String)?
    do {
      if let upload = try open(workplace, nil) {
        let request = upload.plan.completing(request.request)
        file = (ImportFileView.json(upload.plan, request), ImportFileView.text(upload.plan, request))
        let report = RuleSet(dialect: workplace.choice.dialect).report(for: request, file: upload.plan.facts)
        if !report.isValid {
          workplace.console.write(Array(text(file, nil, workplace.console).utf8))
          throw ImportError(refused: request, report: report)
        }
      }
    } catch {
      await workplace.close()
      throw workplace.fail(error)
    }
    guard file == nil || workplace.hasChosenCloud else {
      workplace.console.write(Array(text(file, nil, workplace.console).utf8))
      workplace.console.note(
        "No cloud is configured, so nothing was asked of one; --cloud NAME has it checked there, too.")
      await workplace.close()
      if let status = workplace.console.reportOutputFailure() { throw ExitCode(status.code) }
      return
    }
    workplace.announce()
    let run = DryRun(
      workplace: workplace, script: ScriptFile(name: "slipway import", bytes: Array(Self.script.utf8)), path: "-",
      arguments: [order.serialized()], policy: ScriptPolicy(), mostBranches: 1, followsFailures: false)
    let plan = try await run.planned()
    try run.end(plan, printing: text(file, plan, workplace.console))
  }

  /// What the script is given.
  private var order: JSONValue {
    let isData = request.request.kind == .data
    var fields = request.request.jsonValue.objectValue ?? [:]
    var members: [String: JSONValue] = ["again": .bool(again), "is_data": .bool(isData)]
    members["key"] = key.map(JSONValue.string)
    if let file {
      members["file"] = true
      if isData { fields["type"] = nil }
      fields["file"] = .string(file)
      fields["bucket"] = place.bucket.map(JSONValue.string)
      fields["object"] = place.object.map(JSONValue.string)
      if place.convert { fields["convert"] = true }
      if place.deleteObject { fields["delete_object"] = true }
    }
    members["request"] = .object(fields)
    return .object(members)
  }

  private func text(_ file: (facts: JSONValue, text: String)?, _ plan: DryRunPlan?, _ console: Console) -> String {
    var json = file?.facts ?? plan?.json ?? .null
    if file != nil, let plan, case .object(var members) = json {
      members["plan"] = plan.json
      json = .object(members)
    }
    if let data = options.form.data(json) { return data }
    return [file.map { $0.text + "\n" }, plan.map { DryRunText(plan: $0, terminal: console.terminal).text }]
      .compactMap(\.self).joined(separator: "\n")
  }
}
