import Foundation
import ImageImport
import ImportLedger
import Synchronization

/// Opens the ledger when it is first needed: a script that imports nothing leaves no file behind.
final class LedgerAccess: Sendable {
  /// The word that stands for no ledger.
  static let none = "none"

  /// The file; nil for none, or where nothing says where it is.
  let path: String?
  private let isWanted: Bool
  private let store = Mutex<(any ImportRecordStore)?>(nil)

  init(_ given: String?, environment: [String: String]) {
    isWanted = given != Self.none
    path = isWanted ? given ?? LedgerLocation.standard(environment: environment) : nil
  }

  /// Stands for a store that is there already.
  init(store: any ImportRecordStore) {
    isWanted = true
    path = nil
    self.store.withLock { $0 = store }
  }

  /// Where unfinished uploads are remembered: beside the ledger; nil where there is none.
  var uploadsDirectory: String? {
    path.map { path in
      guard let slash = path.lastIndex(of: "/") else { return "uploads" }
      return String(path[...slash]) + "uploads"
    }
  }

  /// The ledger, made where it is missing.
  ///
  /// - Throws: ``RecordStoreError``.
  func open() throws -> any ImportRecordStore {
    try store.withLock { store in
      if let store { return store }
      let opened: any ImportRecordStore
      if let path {
        opened = try SQLiteLedger(path: path)
      } else if isWanted {
        throw RecordStoreError(
          .inaccessible, "Nothing says where the ledger is: neither XDG_STATE_HOME nor HOME is set.",
          hint: "give --ledger PATH, or --ledger none for no memory beyond this run")
      } else {
        opened = InMemoryRecordStore()
      }
      store = opened
      return opened
    }
  }

  /// The ledger for reading: where there is none yet, an empty one, and no file is made.
  func openExisting() throws -> any ImportRecordStore {
    if let path, !FileManager.default.fileExists(atPath: path) { return InMemoryRecordStore() }
    return try open()
  }
}
