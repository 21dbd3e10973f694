import ArgumentParser
import Foundation
import ImageImport
import Synchronization

/// What a shell offers for words that only this machine knows.
///
/// A completion must never fail or wait long: whatever cannot be read offers nothing, and no cloud is asked.
enum Completions {
  /// No shell shows more, and no ledger is read to its end for them.
  private static let most = 200

  /// The entries of clouds.yaml, and the local cloud.
  static let clouds = CompletionKind.custom { _, _, prefix in
    let environment = ProcessInfo.processInfo.environment
    let resolver = CloudChoice.resolver(
      environment, workingDirectory: FileManager.default.currentDirectoryPath)
    return ([CloudChoice.localName] + resolver.cloudNames).filter { $0.hasPrefix(prefix) }
  }

  /// The ids of records that are open.
  static let openRecords = CompletionKind.custom { words, _, prefix in
    records(words, prefix) { !$0.state.isFinal }
  }

  /// The ids of all records, the newest first.
  static let allRecords = CompletionKind.custom { words, _, prefix in records(words, prefix) { _ in true } }

  /// Blocks, as the parser asks for completions before any task of the program's own runs.
  private static func records(
    _ words: [String], _ prefix: String, _ isWanted: @escaping @Sendable (ImportRecord) -> Bool
  ) -> [String] {
    let environment = ProcessInfo.processInfo.environment
    var settings = Settings()
    settings.ledger = ledger(in: words)
    let project = try? ProjectDefaults(
      settings, environment: environment, workingDirectory: FileManager.default.currentDirectoryPath)
    let access = LedgerAccess(project?.settings.ledger ?? settings.ledger, environment: environment)
    let found = Mutex<[String]>([])
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      defer { done.signal() }
      guard let store = try? access.openExisting(), let all = try? await store.records(ImportRecordFilter()) else {
        return
      }
      let wanted = all.reversed().filter { isWanted($0) && $0.id.hasPrefix(prefix.uppercased()) }
      found.withLock { $0 = wanted.prefix(most).map(\.id) }
    }
    done.wait()
    return found.withLock { $0 }
  }

  /// What the line says about the ledger so far.
  private static func ledger(in words: [String]) -> String? {
    for (index, word) in words.enumerated() {
      if word == "--ledger", index + 1 < words.count { return words[index + 1] }
      if word.hasPrefix("--ledger=") { return String(word.dropFirst("--ledger=".count)) }
    }
    return nil
  }
}
