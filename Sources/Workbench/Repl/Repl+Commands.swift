import Foundation

extension Repl {
  enum Next {
    case goOn
    case quit
    case exit(Int32)
  }

  /// Does what a dot command asks for.
  func carryOut(_ outcome: ReplCommand.Outcome, _ transcript: Transcript) async -> Next {
    switch outcome {
    case .goOn: return .goOn
    case .quit: return .quit
    case .load(let path): return await load(path, transcript)
    case .save(let path, let replaces):
      await save(path, replaces: replaces)
      return .goOn
    case .time(let text): return await time(text, transcript)
    }
  }

  private func load(_ path: String, _ transcript: Transcript, isQuiet: Bool = false) async -> Next {
    let text: String
    do {
      text = Self.text(of: try ScriptFile(path: Self.expanded(path)))
    } catch {
      report(error, transcript)
      return .goOn
    }
    switch await evaluate(text, path, transcript, isQuiet: isQuiet) {
    case .exit(let code): return .exit(code)
    case .done:
      if !isQuiet { inputs.withLock { $0.append(SavedInput(text, path: path)) } }
      return .goOn
    case .failed, .incomplete: return .goOn
    }
  }

  /// Runs the user's own file before the first prompt; one that somebody else may have written is not run.
  func start(_ path: String) async {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return }
    guard facts.st_uid == geteuid() || facts.st_uid == 0, facts.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
      console.note("\(path) was not run: others than you may write it. `chmod go-w` makes it yours.")
      return
    }
    _ = await load(path, Transcript(), isQuiet: true)
  }

  private func time(_ text: String, _ transcript: Transcript) async -> Next {
    let start = ContinuousClock.now
    let result = await evaluate(text, options.chunkName, transcript)
    console.note("took " + DurationText.precise(start.duration(to: .now)))
    if case .exit(let code) = result { return .exit(code) }
    if case .done = result { inputs.withLock { $0.append(SavedInput(text)) } }
    return .goOn
  }

  private func save(_ path: String, replaces: Bool) async {
    let inputs = inputs.withLock { $0 }
    guard !inputs.isEmpty else { return console.note("There is nothing to save: no line ran without an error.") }
    let script = await SavedInput.script(inputs, modules: options.interface.modules.map(\.name)) { text in
      (try? await vm.check(Array(text.utf8), name: "save")) != nil
    }
    // What is typed may hold secrets, as the history may.
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (replaces ? O_TRUNC : O_EXCL)
    let descriptor = open(Self.expanded(path), flags, 0o600)
    guard descriptor >= 0 else {
      let isThere = errno == EEXIST
      let reason = isThere ? "it is there already; `.save! \(path)` replaces it" : String(cString: strerror(errno))
      return console.note("\(DisplayText.harmless(path)) was not written: \(DisplayText.harmless(reason))")
    }
    defer { close(descriptor) }
    do {
      try DescriptorSink(descriptor).write(Array(script.utf8))
      let count = inputs.count
      console.note("\(count) input\(count == 1 ? "" : "s") written to \(DisplayText.harmless(path))")
    } catch {
      console.note("\(DisplayText.harmless(path)) was not written: \(error)")
    }
  }

  /// `~/` as a shell reads it.
  private static func expanded(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home = ProcessInfo.processInfo.environment["HOME"], home.hasPrefix("/") else {
      return path
    }
    return home + path.dropFirst()
  }

  /// A first line for the shell becomes an empty one, so that lines count as in the file.
  private static func text(of file: ScriptFile) -> String {
    let text = String(decoding: file.bytes, as: UTF8.self)
    guard text.hasPrefix("#") else { return text }
    return String(text[(text.firstIndex(of: "\n") ?? text.endIndex)...])
  }
}
