import ArgumentParser

/// How a command writes its data: for people or one JSON object a line.
enum OutputForm: String, CaseIterable, ExpressibleByArgument, Sendable {
  case text, json
}
