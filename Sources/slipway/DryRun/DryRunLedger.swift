import CloudAccess
import Foundation
import ImageImport
import ImportLedger

/// What the ledger knows, read from a copy: a dry run opens nothing for writing, not even to take a lock.
enum DryRunLedger {
  /// Every record; none where there is no ledger.
  ///
  /// - Throws: ``RecordStoreError``.
  static func records(of ledger: LedgerAccess) async throws -> [ImportRecord] {
    guard let path = ledger.path, FileManager.default.fileExists(atPath: path) else { return [] }
    let directory = FileManager.default.temporaryDirectory.appending(path: "slipway-dry-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: directory) }
    let copy = directory.appending(path: "ledger.sqlite").path
    for _ in 0..<20 {
      let before = facts(path)
      for suffix in ["", "-wal"] {
        try? FileManager.default.removeItem(atPath: copy + suffix)
        if FileManager.default.fileExists(atPath: path + suffix) {
          do {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
          } catch {
            throw RecordStoreError(
              .inaccessible, "The ledger \(path) cannot be read: \(SystemErrorText.text(error))",
              hint: "choose another one with --ledger PATH")
          }
        }
      }
      // Somebody who writes meanwhile would make a copy of two halves.
      if facts(path) == before { break }
      try await Task.sleep(for: .milliseconds(20))
    }
    return try await SQLiteLedger(path: copy).records(ImportRecordFilter())
  }

  private static func facts(_ path: String) -> [String] {
    ["", "-wal"].map { suffix in
      var facts = stat()
      guard stat(path + suffix, &facts) == 0 else { return "" }
      return "\(facts.st_size) \(facts.st_mtim.tv_sec).\(facts.st_mtim.tv_nsec)"
    }
  }
}
