import Dispatch
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
  private let queue = DispatchQueue(label: "slipway.local-cloud.files", qos: .utility, attributes: .concurrent)
  private let places = DispatchSemaphore(value: 2)

  init(tree: BucketTree, catalog: ObjectCatalog) {
    self.tree = tree
    self.catalog = catalog
  }

  /// What lies at `bucket:key`, when that can be told without reading a file.
  func knownEvidence(bucket: String, key: String) -> ImportJudge.Evidence? {
    guard let object = tree.status(bucket: bucket, key: key) else { return evidence(bucket, key, .missing) }
    guard let facts = known.withLock({ $0[Key(path: object.path, status: object.status)] }) else { return nil }
    return evidence(bucket, key, .read(facts))
  }

  /// Reads the file and reports, on a thread of its own.
  func read(bucket: String, key: String, report: @escaping @Sendable (ImportJudge.Evidence) -> Void) {
    queue.async { [self] in
      places.wait()
      defer { places.signal() }
      report(evidence(bucket, key, object(bucket, key)))
    }
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
      objectClass: catalog.facts(bucket, key, tree)?.storageClass ?? "STANDARD", object: object,
      hasBitmap: tree.status(bucket: bucket, key: ImportJudge.bitmapKey(key)) != nil)
  }
}
