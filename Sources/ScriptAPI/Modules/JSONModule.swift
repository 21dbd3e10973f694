import CloudAccess
import LuaHost

/// The script module `json`.
enum JSONModule {
  /// What is read takes room outside of the script's own limits.
  private static let sizeLimit = 64 << 20
  private static let valueLimit = 1_000_000

  static func make() -> HostModule {
    HostModule(
      "json", "JSON text from Lua values and back.",
      functions: [
        HostFunction(
          "json.encode", "The value as JSON text, object keys sorted.",
          parameters: [
            HostParameter("value", .any, "tables, strings in UTF-8, finite numbers, booleans, json.null"),
            HostParameter(
              "options",
              .record(
                LuaRecord(
                  "json.Options", "How to write JSON.",
                  fields: [HostParameter("pretty", .boolean, "one member a line, indented", optional: true)])),
              "how to write it", optional: true),
          ],
          returns: [HostParameter("text", .string, "JSON text")], since: "0.1"
        ) { arguments in
          let pretty = arguments[1].tableValue?["pretty"].boolValue ?? false
          let json = try LuaJSON.json(arguments[0], path: "")
          return [.string(LuaString(json.serialized(pretty: pretty)))]
        }.documented(
          "A table with the elements 1 to n and nothing else is an array; an empty table is an object, `json.empty_array` an array.",
          raises: [RaisedError("argument", "a value has no JSON form; the message says where it is")], mustUse: true,
          example: """
            local json = require "json"

            print(json.encode { name = "web01", tags = { "a", "b" }, note = json.null })
            --> {"name":"web01","note":null,"tags":["a","b"]}
            """),
        HostFunction(
          "json.decode", "The value that JSON text describes; null becomes json.null, [] and {} an empty table.",
          parameters: [HostParameter("text", .string, "JSON text in UTF-8")],
          returns: [HostParameter("value", .any, "tables, strings, numbers, booleans, json.null")], since: "0.1"
        ) { arguments in
          guard case .string(let text) = arguments[0] else { return [] }
          guard text.bytes.count <= sizeLimit else {
            throw ScriptFailure(
              "json.decode: the text has \(text.bytes.count) bytes, at most \(sizeLimit >> 20) MB can be read at once")
          }
          do {
            return [LuaJSON.value(try JSONValue(parsing: text.bytes, valueLimit: valueLimit))]
          } catch {
            throw ScriptFailure(
              "json.decode: \(error)", hint: "check the text near that place")
          }
        }.documented(
          "A text of at most 64 MB, with at most a million values, nested at most 512 deep.",
          raises: [RaisedError("argument", "the text is not JSON or too much at once; the message says where")],
          mustUse: true,
          example: """
            local json = require "json"

            local value = json.decode '{ "tags": ["a", "b"], "note": null }'
            print(value.tags[2], value.note == json.null)  --> b  true
            """),
      ],
      types: [LuaJSON.markerType],
      constants: [
        HostConstant("null", LuaJSON.null, "JSON's null, since a Lua table cannot hold nil"),
        HostConstant("empty_array", LuaJSON.emptyArray, "an empty array, since {} is written as an object"),
      ])
  }
}
