import Foundation

/// The REPL's lines between sessions: one a line, newest last, readable by its owner only, because what is typed may hold
/// secrets.
public struct HistoryFile: Sendable {
  public let path: String
  /// How many lines are kept when the file is trimmed.
  public let limit: Int

  public init(path: String, limit: Int = 2000) {
    self.path = path
    self.limit = limit
  }

  /// `$XDG_STATE_HOME/slipway/repl_history`, or under `~/.local/state`. Nil without a home directory. `XDG_STATE_HOME` counts only
  /// as an absolute path, as the XDG rules say.
  public static func standard(environment: [String: String] = ProcessInfo.processInfo.environment) -> HistoryFile? {
    var base = environment["XDG_STATE_HOME"] ?? ""
    if !base.hasPrefix("/") {
      guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
      base = home + "/.local/state"
    }
    return HistoryFile(path: base + "/slipway/repl_history")
  }

  /// The newest lines, oldest first; empty if there is no file. A file over twice the limit is rewritten shorter.
  public func load() -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    let kept = Array(lines.suffix(limit))
    if lines.count > 2 * limit { replace(with: kept) }
    return kept
  }

  /// Adds a line. A history that cannot be written is no reason to stop: errors are ignored.
  public func append(_ line: String) {
    guard !line.isEmpty, !line.contains("\n") else { return }
    let directory = (path as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    fchmod(descriptor, 0o600)
    try? DescriptorSink(descriptor).write(Array((line + "\n").utf8))
  }

  private func replace(with lines: [String]) {
    let temporary = path + ".\(getpid())"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    try? DescriptorSink(descriptor).write(Array(lines.map { $0 + "\n" }.joined().utf8))
    close(descriptor)
    rename(temporary, path)
  }
}
