import Foundation
import LuaHost
import Synchronization

/// Runs a script file from beginning to end and says how it ended, for the shell and for the reader.
///
/// Ctrl-C once stops the script but leaves the jobs to the cloud, and says which; twice ends the process at once.
public struct ScriptRunner: Sendable {
  /// What the runner needs from the floor above.
  public struct Hooks: Sendable {
    /// Makes the VM the script runs on; its `print` should go to the console.
    public var makeVM: @Sendable (ScriptFile) async throws -> LuaVM
    /// The jobs that go on in the cloud if the process ends now.
    public var jobsUnderWay: @Sendable () -> [(id: String, name: String)] = { [] }
    /// Called once after the script, however it ended, before its error is shown: takes the live region away.
    public var finished: @Sendable () -> Void = {}
    /// Gets errors and the end as events too; for `--output json`.
    public var json: JSONEventWriter?
    /// Has the last word on the status, before it is told.
    public var settle: @Sendable (ExitStatus) -> ExitStatus = { $0 }
    /// Ends the process without delay; replaced in tests.
    public var endProcess: @Sendable (Int32) -> Void = { _exit($0) }

    public init(makeVM: @escaping @Sendable (ScriptFile) async throws -> LuaVM) {
      self.makeVM = makeVM
    }
  }

  private let console: Console
  private let hooks: Hooks

  public init(console: Console, hooks: Hooks) {
    self.console = console
    self.hooks = hooks
  }

  /// Runs the file at `path` (`-`: standard input) with `arguments` as its `...`.
  public func run(path: String, arguments: [String] = []) async -> ExitStatus {
    do {
      return await run(try ScriptFile(path: path), arguments: arguments)
    } catch {
      return fail(error)
    }
  }

  /// Runs a script that is in memory.
  public func run(_ script: ScriptFile, arguments: [String] = []) async -> ExitStatus {
    let hooks = hooks
    let interruption = Interruption()
    // Before the script: from its first output on, Ctrl-C must find the trap.
    let trap = SignalTrap([.interrupt, .terminate, .hangup]) { signal in
      guard interruption.begin(signal) else {
        hooks.finished()
        hooks.endProcess(ExitStatus(signal).code)
        return
      }
      tellInterrupted()
    }
    defer { trap.cancel() }
    let task = Task {
      let vm = try await hooks.makeVM(script)
      do {
        _ = try await vm.run(script.bytes, name: script.path, arguments: arguments.map { .string(LuaString($0)) })
        await vm.close()
      } catch {
        await vm.close()
        throw error
      }
    }
    interruption.attach(task)
    console.whenOutputFails { task.cancel() }
    defer { console.whenOutputFails(nil) }
    let result = await task.result
    hooks.finished()
    switch (result, interruption.signal) {
    case (.failure, let signal?): return end(ExitStatus(signal))
    case (_, nil) where console.outputFailure != nil:
      return console.reportOutputFailure() ?? .success
    case (.success, _): return end(.success)
    case (.failure(let error), nil): return fail(error, script)
    }
  }

  private func fail(_ error: any Error, _ script: ScriptFile? = nil) -> ExitStatus {
    let status = ExitStatus(error)
    if let error = error as? LuaError, case .exit = error.kind { return end(status) }
    let report = ErrorReport(error, script: script) { Self.source($0) }
    console.note(report.text(console.terminal.errorStyle))
    hooks.json?.emit(report)
    return end(status)
  }

  private func end(_ status: ExitStatus) -> ExitStatus {
    let status = hooks.settle(status)
    hooks.json?.emitFinished(status)
    return status
  }

  private func tellInterrupted() {
    let jobs = hooks.jobsUnderWay()
    var lines = ["Interrupted; stopping the script. Ctrl-C again ends at once."]
    if !jobs.isEmpty {
      lines.append(jobs.count == 1 ? "One job goes on in the cloud:" : "\(jobs.count) jobs go on in the cloud:")
      lines += jobs.prefix(20).map { "  \(DisplayText.harmless($0.id))  \(DisplayText.harmless($0.name))" }
      if jobs.count > 20 { lines.append("  and \(jobs.count - 20) more") }
    }
    console.note(lines.joined(separator: "\n"))
  }

  /// The source of a Lua file that the script required.
  private static func source(_ name: String) -> [UInt8]? {
    name.hasSuffix(".lua") ? try? ScriptFile(path: name).bytes : nil
  }

  /// Whether and by what the run was interrupted, and the task to stop then; a signal may come before there is a task.
  private final class Interruption: Sendable {
    private let state = Mutex<(signal: SignalTrap.Signal?, task: Task<Void, any Error>?)>((nil, nil))

    var signal: SignalTrap.Signal? { state.withLock { $0.signal } }

    /// False for every signal after the first.
    func begin(_ signal: SignalTrap.Signal) -> Bool {
      state.withLock { state in
        guard state.signal == nil else { return false }
        state.signal = signal
        state.task?.cancel()
        return true
      }
    }

    func attach(_ task: Task<Void, any Error>) {
      state.withLock { state in
        state.task = task
        if state.signal != nil { task.cancel() }
      }
    }
  }
}
