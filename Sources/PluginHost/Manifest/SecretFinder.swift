import CloudAccess
import Foundation

/// Finds the secrets that a configuration refers to.
struct SecretFinder: Sendable {
  /// Longer than any token or key.
  private static let sizeLimit = 64 << 10

  let environment: [String: String]
  /// Where relative paths start.
  let directory: String

  struct Problem: Error {
    var message: String
    var hint: String?
  }

  func variable(_ name: String) -> Result<Secret, Problem> {
    guard let value = environment[name], !value.isEmpty else {
      return .failure(
        Problem(message: "the environment variable '\(name.prefix(100))' is not set", hint: "export it before the run"))
    }
    return .success(Secret(value))
  }

  func file(_ path: String) -> Result<Secret, Problem> {
    let whole = path.hasPrefix("/") ? path : directory + "/" + path
    guard let handle = FileHandle(forReadingAtPath: whole), let data = try? handle.read(upToCount: Self.sizeLimit + 1)
    else {
      return .failure(
        Problem(
          message: "the file '\(path.prefix(200))' cannot be read", hint: "relative paths start at the project file"))
    }
    guard data.count <= Self.sizeLimit, var text = String(validating: data, as: UTF8.self) else {
      return .failure(Problem(message: "the file '\(path.prefix(200))' is no text of at most 64 KB"))
    }
    while text.last?.isNewline == true { text.removeLast() }
    guard !text.isEmpty else { return .failure(Problem(message: "the file '\(path.prefix(200))' is empty")) }
    return .success(Secret(text))
  }
}
