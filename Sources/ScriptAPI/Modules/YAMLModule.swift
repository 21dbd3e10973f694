import CloudAccess
import LuaHost

/// The script module `yaml`.
enum YAMLModule {
  static func make() -> HostModule {
    HostModule(
      "yaml", "Lua values from YAML text.",
      functions: [
        HostFunction(
          "yaml.decode", "The value that a YAML document describes; null becomes json.null.",
          parameters: [HostParameter("text", .string, "one document in UTF-8")],
          returns: [HostParameter("value", .any, "tables, strings, numbers, booleans, json.null")], since: "0.3"
        ) { arguments in
          let text = arguments.string(0) ?? ""
          do {
            return [LuaJSON.value(try YAMLReader.value(text) ?? .null)]
          } catch {
            throw ScriptFailure("yaml.decode: \(error)", hint: "check the text near that place")
          }
        }.documented(
          """
          By the core schema of YAML 1.2: `yes` is a text, `2024-01-01` too, `40` a number. Anchors, aliases and `<<` work, up to a million values \
          and a text of 4 MB; what is no plain data (tags of programming languages) stays a text.
          """,
          raises: [
            RaisedError("argument", "the text is not YAML, too long, or unfolds to too much; the message says where")
          ],
          mustUse: true,
          example: """
            local yaml = require "yaml"

            local value = yaml.decode "images:\\n  - { name: web01, min_disk: 40 }\\n"
            print(value.images[1].name, value.images[1].min_disk + 1)  --> web01  41
            """)
      ])
  }
}
