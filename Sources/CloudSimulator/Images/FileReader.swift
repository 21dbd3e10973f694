import Foundation
import Synchronization

/// Reads image files for jobs, off the threads that answer requests, and remembers what it read.
///
/// A file that did not change (path, size, time, inode) is read once however many jobs import it.
final class FileReader: Sendable {
  private struct Key: Hashable {
    var path: String
    var status: BucketTree.Status
  }

  private let tree: BucketTree
  private let catalog: ObjectCatalog
  private let known = Mutex<[Key: FileFacts]>([:])
  private let queue: OperationQueue

  init(tree: BucketTree, catalog: ObjectCatalog) {
    self.tree = tree
    self.catalog = catalog
    queue = OperationQueue()
    queue.name = "slipway.local-cloud.files"
    // Reading is a matter of the disk: more at a time would only take threads.
    queue.maxConcurrentOperationCount = 2
  }

  /// What lies at `bucket:key`, when that can be told without reading a file.
  func knownEvidence(bucket: String, key: String) -> ImportJudge.Evidence? {
    guard let object = tree.status(bucket: bucket, key: key) else { return evidence(bucket, key, .missing) }
    guard let facts = known.withLock({ $0[Key(path: object.path, status: object.status)] }) else { return nil }
    return evidence(bucket, key, .read(facts))
  }

  /// Reads the file and reports, on a thread of its own.
  func read(bucket: String, key: String, report: @escaping @Sendable (ImportJudge.Evidence) -> Void) {
    queue.addOperation { [self] in
      report(evidence(bucket, key, object(bucket, key)))
    }
  }

  /// Reads the file here and now.
  func evidence(bucket: String, key: String) -> ImportJudge.Evidence {
    knownEvidence(bucket: bucket, key: key) ?? evidence(bucket, key, object(bucket, key))
  }

  private func object(_ bucket: String, _ key: String) -> ImportJudge.Evidence.Object {
    guard let object = tree.status(bucket: bucket, key: key) else { return .missing }
    do {
      let facts = try FileFacts.read(path: object.path, fileName: key)
      known.withLock { known in
        if known.count > 10_000 { known.removeAll() }
        known[Key(path: object.path, status: object.status)] = facts
      }
      return .read(facts)
    } catch {
      return .unreadable("\(error)".replacing(object.path, with: "\(bucket):\(key)"))
    }
  }

  private func evidence(_ bucket: String, _ key: String, _ object: ImportJudge.Evidence.Object) -> ImportJudge.Evidence
  {
    ImportJudge.Evidence(
      bucketExists: tree.hasBucket(bucket), bucketClass: catalog.storageClass(of: bucket),
      objectClass: catalog.facts(bucket, key, tree)?.properties.storageClass ?? "STANDARD", object: object,
      hasBitmap: tree.status(bucket: bucket, key: ImportJudge.bitmapKey(key)) != nil)
  }
}
