import ArgumentParser
import CloudAccess

/// How a command writes its data.
enum OutputForm: String, CaseIterable, ExpressibleByArgument, Sendable {
  /// For people, as fits the terminal.
  case text
  /// For people and for `awk`: one row an item, nothing cut off.
  case table
  /// For programs: one object a line.
  case json
  /// For programs: one document each.
  case yaml

  /// Whether programs read it.
  var isData: Bool { self == .json || self == .yaml }

  /// A value as programs read it, with its newline; nil for the forms that people read.
  func data(_ value: JSONValue) -> String? {
    switch self {
    case .text, .table: nil
    case .json: value.serialized() + "\n"
    case .yaml: value.yamlDocument
    }
  }

  /// Refuses a table where data comes as events while things happen.
  ///
  /// - Throws: `ValidationError`.
  static func refuseTable(_ form: OutputForm) throws {
    guard form == .table else { return }
    throw ValidationError(
      "--output table has no meaning for events as they happen; choose text, json or yaml.")
  }
}
