/// One case to be run, in this process or another.
struct TestTask: Sendable, Codable {
  var file: String
  var name: String

  /// The line of `test.case`; 0 when unknown.
  var line: Int
}
