import ImageImport
import LuaHost

/// Reads what scripts say about how an import is submitted.
struct SubmissionReader {
  let ims: ImsModule

  /// How an import is submitted, from a script's table of options and what the session says by itself.
  ///
  /// - Throws: an error of kind `argument` for a check that does not exist.
  func options(_ value: LuaValue) throws -> SubmitOptions {
    var options = ims.context.submission
    guard let table = value.tableValue else { return options }
    options.key = table["key"].stringValue ?? options.key
    options.again = table["again"].boolValue ?? options.again
    options.preflight.isEnabled = table["preflight"].boolValue ?? options.preflight.isEnabled
    try change(&options.preflight, skipping: table["skip_preflight"], timeout: table["preflight_timeout"])
    switch table["on_not_found"] {
    case .string(let word): options.onNotFound = try policy(word.string)
    case .function(let function): options.onNotFound = .ask { try await Self.ask(function, about: $0) }
    default: break
    }
    return options
  }

  /// Takes a script's choice of checks and of their time limit in.
  func change(_ options: inout PreflightOptions, skipping names: LuaValue, timeout: LuaValue) throws {
    if let list = names.tableValue?.array {
      do throws(ImportError) {
        try options.skip(list.compactMap(\.stringValue))
      } catch {
        throw ImsFailure(error, ims)
      }
    }
    guard let time = timeout.duration else { return }
    guard time > .zero else {
      throw ScriptFailure("the time limit of preflight must be above 0", hint: "such as \"10s\"")
    }
    options.timeout = time
  }

  private func policy(_ word: String) throws -> NotFoundPolicy {
    switch word {
    case "resubmit": return .resubmit
    case "ask":
      guard let ask = ims.context.askAboutLostImport else {
        throw ScriptFailure(
          "on_not_found = 'ask' needs a terminal to ask on, and there is none",
          hint: "'fail' leaves the import unsettled for a later run; a function may decide")
      }
      return .ask(ask)
    default: return .fail
    }
  }

  /// What a script's function decides about an import that was not found.
  private static func ask(
    _ function: LuaFunction, about record: ImportRecord
  ) async throws -> NotFoundPolicy.Decision {
    let answer = try await function.call([HistoryModule.value(record)]).first ?? .nil
    guard let decision = answer.stringValue.flatMap(NotFoundPolicy.Decision.init(rawValue:)) else {
      throw ScriptFailure(
        "on_not_found returned \(LuaJSON.describe(answer)), expected 'fail', 'resubmit' or 'give_up'",
        hint: "'fail' leaves it unsettled, so that a later run looks again")
    }
    return decision
  }
}
