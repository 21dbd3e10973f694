import ArgumentParser

/// How findings are written.
enum CheckForm: String, CaseIterable, ExpressibleByArgument, Sendable {
  case text, table, json, yaml, github, gitlab
}
