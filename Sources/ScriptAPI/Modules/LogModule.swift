import Logging
import LuaHost

/// The script module `log`: messages for people, on standard error.
enum LogModule {
  static func make(_ context: ScriptContext) -> HostModule {
    let levels: [(String, Logger.Level)] = [("debug", .debug), ("info", .info), ("warn", .warning), ("error", .error)]
    let logger = context.logger
    return HostModule(
      "log", "Messages with fields, on standard error.",
      functions: levels.map { name, level in
        HostFunction(
          "log.\(name)", "Writes a message at level \(name).",
          parameters: [
            HostParameter("message", .string, "one line of text"),
            HostParameter("fields", .map, "names and values that go with it", optional: true),
          ],
          since: "0.1"
        ) { arguments in
          guard logger.logLevel <= level else { return [] }
          let message = arguments[0].stringValue ?? ""
          let fields = metadata(arguments[1])
          let size = (fields ?? [:]).reduce(message.utf8.count + 1) { sum, field in
            sum + field.key.utf8.count + "\(field.value)".utf8.count
          }
          if arguments.countOutput(size) { logger.log(level: level, "\(message)", metadata: fields) }
          return []
        }.documented(
          "`--log-level` says which levels are shown.",
          example: """
            local log = require "log"

            log.\(name)("wave ended", { wave = 2, failed = 0 })
            """)
      })
  }

  private static func metadata(_ fields: LuaValue) -> Logger.Metadata? {
    guard let table = fields.tableValue else { return nil }
    var metadata: Logger.Metadata = [:]
    for (index, value) in table.array.enumerated() { metadata["\(index + 1)"] = .string(text(value)) }
    for (key, value) in table.entries { metadata[text(key)] = .string(text(value)) }
    return metadata
  }

  private static func text(_ value: LuaValue) -> String {
    switch value {
    case .string(let string): return string.string
    case .table: return (try? LuaJSON.json(value, path: "").serialized()) ?? "a table"
    default: return LuaJSON.describe(value)
    }
  }
}
