/// One mistake in a plugin or in the project file, with its place.
public struct PluginProblem: Sendable, Hashable, CustomStringConvertible {
  /// The file as the user knows it, or an option of the command line.
  public var place: String
  /// Counted from 1; nil where the place has no lines.
  public var line: Int?
  public var column: Int?
  /// The thing, what was expected, what came.
  public var message: String
  /// What to do.
  public var hint: String?

  public init(place: String, line: Int? = nil, column: Int? = nil, message: String, hint: String? = nil) {
    self.place = place
    self.line = line
    self.column = column
    self.message = message
    self.hint = hint
  }

  /// `plugins/x/plugin.yaml:3:7: message`, with the hint on a line of its own.
  public var description: String {
    let position = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
    return "\(place)\(position): \(message)" + (hint.map { "\n  hint: \($0)" } ?? "")
  }
}

/// Everything that is wrong with the plugins of a session, at once.
public struct PluginFailure: Error, Sendable, CustomStringConvertible {
  public var problems: [PluginProblem]

  public init(_ problems: [PluginProblem]) { self.problems = problems }

  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
