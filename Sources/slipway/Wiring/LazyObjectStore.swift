import CloudAccess
import Foundation
import ObjectStorage
import Workbench

/// The object storage of the cloud that the options name, connected when the first object is asked for: commands that may
/// as well look at local files only must not need a cloud.
final class LazyObjectStore {
  private let options: Settings
  private var opened: (workplace: Workplace, store: ObjectStore)?

  init(_ options: Settings) {
    self.options = options
  }

  /// Whose list of systems counts: that of the cloud which would be asked, and of Open Telekom Cloud where that is not known.
  var dialect: CloudDialect {
    if let dialect = options.dialect { return dialect }
    let choice = try? CloudChoice(
      options, environment: ProcessInfo.processInfo.environment,
      workingDirectory: FileManager.default.currentDirectoryPath)
    return choice?.dialect ?? .otc
  }

  /// The store; says which cloud it is in where that could be mistaken.
  func store() async throws -> ObjectStore {
    if let opened { return opened.store }
    var options = options
    // Nothing is submitted, so nothing is remembered.
    options.ledger = LedgerAccess.none
    let workplace = try Workplace(options, quiet: true)
    workplace.announce()
    do {
      let store = try await ObjectStore(session: workplace.runtime.connector.service().client.session)
      opened = (workplace, store)
      return store
    } catch {
      await workplace.close()
      throw error
    }
  }

  /// Closes what was opened.
  func close() async {
    await opened?.workplace.close()
    opened = nil
  }
}
