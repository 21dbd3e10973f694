import CloudAccess
import LuaHost

/// Conversion between Lua values and JSON, used by `json` and wherever a request is built from a table.
///
/// JSON's null has no counterpart inside Lua tables, so it becomes the object `json.null`. A table with elements
/// `1 … n` and nothing else is an array; an empty table is an object unless it is `json.empty_array`.
package enum LuaJSON {
  /// Marks the two values that plain Lua tables cannot express.
  final class Marker: Sendable {
    let text: String
    init(_ text: String) { self.text = text }
  }

  static let markerType = ObjectType(
    "json.Marker", "A JSON value that a Lua table cannot express.", fields: [], methods: [],
    description: { ($0 as? Marker)?.text ?? "json.Marker" })
  static let null = LuaValue.object(LuaObject(Marker("json.null"), type: markerType))
  static let emptyArray = LuaValue.object(LuaObject(Marker("json.empty_array"), type: markerType))

  /// Whether an object is one of these two, which may go into any VM.
  package static func isMarker(_ object: LuaObject) -> Bool { object.value is Marker }

  /// A JSON value as Lua sees it.
  package static func value(_ json: JSONValue) -> LuaValue {
    switch json {
    case .null: return null
    case .bool(let flag): return .boolean(flag)
    case .integer(let number): return .integer(number)
    case .number(let number): return .number(number)
    case .string(let text): return .string(LuaString(text))
    case .array(let items):
      return .table(LuaTable(array: items.map(value)))
    case .object(let members):
      var table = LuaTable()
      for (key, member) in members.sorted(by: { $0.key < $1.key }) { table[key] = value(member) }
      return .table(table)
    }
  }

  /// A Lua value as JSON; `path` names the place in errors, such as `image_tags[2].key`.
  package static func json(_ value: LuaValue, path: String) throws -> JSONValue {
    switch value {
    case .nil: return .null
    case .boolean(let flag): return .bool(flag)
    case .integer(let number): return .integer(number)
    case .number(let number):
      guard number.isFinite else {
        throw ScriptFailure(
          "\(name(path)) is \(number), which JSON cannot express", hint: "use a finite number or json.null")
      }
      return .number(number)
    case .string(let text):
      guard let string = text.validUTF8 else {
        throw ScriptFailure(
          "\(name(path)) is a string of \(text.bytes.count) bytes that is not valid UTF-8",
          hint: "JSON text is Unicode; encode binary data first, for example as hexadecimal")
      }
      return .string(string)
    case .table(let table): return try json(table, path: path)
    case .object(let object):
      if let marker = object.value as? Marker { return marker.text == "json.null" ? .null : .array([]) }
      throw ScriptFailure("\(name(path)) is an object of type \(object.type.name), which has no JSON form")
    case .function:
      throw ScriptFailure("\(name(path)) is a function, which has no JSON form")
    }
  }

  private static func json(_ table: LuaTable, path: String) throws -> JSONValue {
    if table.entries.isEmpty, !table.array.isEmpty {
      return .array(try table.array.enumerated().map { try json($1, path: "\(path)[\($0 + 1)]") })
    }
    var members: [String: JSONValue] = [:]
    if !table.array.isEmpty, table.entries.allSatisfy({ if case .integer = $0.key { true } else { false } }) {
      throw ScriptFailure(
        "\(name(path)) is an array with gaps: element \(table.array.count + 1) is nil",
        hint: "use json.null for a missing element")
    }
    guard table.array.isEmpty else {
      throw ScriptFailure(
        "\(name(path)) has both elements (1 to \(table.array.count)) and named fields, so it is neither a JSON array nor an object",
        hint: "split it into two tables")
    }
    for (key, value) in table.entries {
      if case .string(let text) = key, text.validUTF8 == nil {
        throw ScriptFailure(
          "\(name(path)) has the key \(describe(key)), which is not valid UTF-8",
          hint: "keys of a JSON object are Unicode")
      }
      guard case .string(let text) = key, let field = text.validUTF8 else {
        throw ScriptFailure(
          "\(name(path)) has the key \(describe(key)); keys of a JSON object are strings",
          hint: "convert the key with tostring(), or leave no gaps in an array")
      }
      members[field] = try json(value, path: path.isEmpty ? field : "\(path).\(field)")
    }
    return .object(members)
  }

  private static func name(_ path: String) -> String { path.isEmpty ? "the value" : "'\(path)'" }

  static func describe(_ value: LuaValue) -> String {
    switch value {
    case .nil: "nil"
    case .boolean(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .string(let text): "\"\(text.string.prefix(40))\""
    case .table: "a table"
    case .function: "a function"
    case .object(let object): "a \(object.type.name)"
    }
  }
}
