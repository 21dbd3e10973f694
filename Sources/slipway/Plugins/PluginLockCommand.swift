import ArgumentParser
import CloudAccess
import Foundation
import PluginHost
import Workbench

/// `slipway plugin lock`.
struct PluginLockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock", abstract: "Pin the project's plugins: from now on only what they are now is loaded.",
    discussion: """
      Writes slipway.lock.yaml beside slipway.yaml, with the version and a hash over all files of each plugin; commit it. Run it again \
      after a plugin was changed on purpose.
      """)

  @OptionGroup var plugins: PluginOptions

  func run() async throws {
    let console = Console(terminal: .detect())
    var settings = try PluginSession.attempt {
      try plugins.choice.settings(
        environment: ProcessInfo.processInfo.environment, workingDirectory: FileManager.default.currentDirectoryPath)
    }
    let path = settings.project.lockPath
    let old = (try? PluginLock.read(path)) ?? nil
    settings.keepsLock = false
    // Grants and configuration are no part of the lock.
    settings.isTesting = true
    let plan = await PluginPlan(settings)
    var lock = PluginLock()
    var unreadable: [PluginProblem] = []
    for candidate in plan.candidates where !candidate.entry.isDisabled {
      guard let manifest = candidate.manifest, let files = candidate.files else {
        unreadable += candidate.problems
        continue
      }
      lock.pins[manifest.name] = PluginLock.Pin(version: "\(manifest.version)", hash: files.hash)
    }
    guard unreadable.isEmpty else { throw PluginSession.commandFailure(PluginFailure(unreadable)) }
    do {
      try lock.text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw CommandFailure(.failed, "'\(path)' cannot be written: \(SystemErrorText.text(error))")
    }
    for (name, pin) in lock.pins.sorted(by: { $0.key < $1.key }) {
      let change = old?.pins[name] == nil ? "added" : old?.pins[name] == pin ? "unchanged" : "changed"
      console.print("\(change)  \(name)  \(pin.version)  \(pin.hash)")
    }
    for name in (old?.pins ?? [:]).keys.sorted() where lock.pins[name] == nil { console.print("removed  \(name)") }
    if lock.pins.isEmpty { console.note("There are no plugins to lock.") }
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
  }
}
