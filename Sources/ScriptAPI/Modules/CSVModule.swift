import LuaHost

/// The script module `csv`.
enum CSVModule {
  /// Holds the reader of one iteration.
  private final class Rows {
    var reader: CSVReader
    init(_ reader: CSVReader) { self.reader = reader }
  }

  static func make(_ context: ScriptContext) -> HostModule {
    HostModule(
      "csv", "Comma-separated values.",
      functions: [
        HostFunction(
          "csv.rows", "The rows of a file with a header, each a table by column name; all values are strings.",
          parameters: [
            HostParameter("path", .string, "relative paths start at the working directory"),
            HostParameter(
              "options",
              .record(
                LuaRecord(
                  "csv.Options", "How to read a file.",
                  fields: [HostParameter("separator", .string, "one ASCII character, ',' by default", optional: true)])),
              "how to read it", optional: true),
          ],
          returns: [
            HostParameter(
              "iterator", .iterator([HostParameter("row", .map, "values by column name")]),
              "for row in csv.rows(path) do")
          ], since: "0.1"
        ) { arguments in
          let shown = arguments[0].stringValue ?? ""
          var separator = UInt8(ascii: ",")
          if let given = arguments[1].tableValue?["separator"].stringValue {
            guard given.utf8.count == 1, let byte = given.utf8.first, byte != UInt8(ascii: "\""),
              byte == 9 || byte >= 32 && byte < 127
            else {
              throw ScriptFailure(
                "csv.rows: 'separator' must be one ASCII character, got '\(given)'", hint: "such as ';' or '\\t'")
            }
            separator = byte
          }
          let reader = try CSVReader(
            path: context.file(shown), shown: shown, separator: separator, access: context.access)
          let header = reader.header
          let rows = Confined(Rows(reader))
          return [
            LuaIterator.value {
              guard let fields = try await rows.use({ try $0.reader.next() }) else { return [.nil] }
              var row = LuaTable()
              for (name, field) in zip(header, fields) { row[name] = .string(LuaString(bytes: field)) }
              return [.table(row)]
            }
          ]
        }.documented(
          "The file is read as the loop goes on. Fields may stand in double quotes, as RFC 4180 says.",
          raises: [
            RaisedError("not_found", "the file does not exist"), RaisedError("permission", "it cannot be read"),
            RaisedError("argument", "it is empty, a row has too many or too few fields, a quote is not closed"),
          ], mustUse: true,
          example: """
            local csv = require "csv"

            for row in csv.rows "lua/examples/fleet.csv" do
              print(row.wave, row.name)  --> 1  fleet-golden-ubuntu
              break
            end
            """)
      ])
  }
}
