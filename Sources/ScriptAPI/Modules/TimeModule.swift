import CloudAccess
import Foundation
import LuaHost

/// The script module `time`.
enum TimeModule {
  static func make(_ context: ScriptContext) -> HostModule {
    let time = context.time
    let number = HostParameter("seconds", .number, "seconds since 1970-01-01 UTC")
    return HostModule(
      "time", "Points in time and durations.",
      functions: [
        HostFunction(
          "time.now", "Seconds since 1970-01-01 UTC, with fractions.", returns: [number], since: "0.1"
        ) { _ in [.number(time.now.timeIntervalSince1970)] }
        .documented(
          mustUse: true,
          example: """
            local time = require "time"

            print(time.now() > time.parse "2024-01-01T00:00:00Z")  --> true
            """),
        HostFunction(
          "time.parse", "Seconds since 1970 of a time in ISO 8601, such as 2024-11-06T06:21:08.769Z.",
          parameters: [HostParameter("text", .string, "a time with a zone: Z or +01:00")], returns: [number],
          since: "0.1"
        ) { arguments in
          let text = arguments[0].stringValue ?? ""
          guard text.utf8.count <= 64, text.hasZone, let date = Timestamp.iso8601(text) else {
            throw ScriptFailure(
              "time.parse: '\(text.prefix(60))' is not a time in ISO 8601", hint: "write it like 2024-11-06T06:21:08Z")
          }
          return [.number(date.timeIntervalSince1970)]
        }.documented(
          raises: [RaisedError("argument", "the text is not such a time")], mustUse: true,
          example: """
            local time = require "time"

            print(time.parse "1970-01-02T01:00:00+01:00")  --> 86400.0
            """),
        HostFunction(
          "time.format", "A point in time as ISO 8601 in UTC.",
          parameters: [HostParameter("seconds", .number, "seconds since 1970; now when absent", optional: true)],
          returns: [HostParameter("text", .string, "such as 2024-11-06T06:21:08Z")], since: "0.1"
        ) { arguments in
          let seconds = arguments[0].numberValue ?? time.now.timeIntervalSince1970
          guard seconds.isFinite, (-62_135_596_800..<253_402_300_800).contains(seconds) else {
            throw ScriptFailure("time.format: \(seconds) seconds lies outside the years 1 to 9999")
          }
          return [.string(LuaString(Timestamp.iso8601(Date(timeIntervalSince1970: seconds.rounded(.down)))))]
        }.documented(
          raises: [RaisedError("argument", "it lies outside the years 1 to 9999")], mustUse: true,
          example: """
            local time = require "time"

            print(time.format(86400))  --> 1970-01-02T00:00:00Z
            """),
        HostFunction(
          "time.duration", "The seconds of a duration such as 90s, 1h30m or 4h.",
          parameters: [HostParameter("duration", .duration, "text with units, or seconds")],
          returns: [HostParameter("seconds", .number, "seconds")], since: "0.1"
        ) { arguments in [.number(arguments.duration(0)?.inSeconds ?? 0)] }
        .documented(
          mustUse: true,
          example: """
            local time = require "time"

            print(time.duration "1h30m")  --> 5400.0
            """),
      ])
  }
}

extension String {
  /// Whether a time in ISO 8601 says which zone it is in; without one nobody knows when it was.
  fileprivate var hasZone: Bool {
    hasSuffix("Z") || hasSuffix("z") || dropFirst(19).contains { $0 == "+" || $0 == "-" }
  }
}
