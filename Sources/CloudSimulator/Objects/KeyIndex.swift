import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The sorted keys of each bucket, kept from one page of a list to the next.
///
/// Users lay files into the directories of buckets whenever they like, so every use asks each directory whether it has
/// changed; that is one call for a directory instead of a walk through all its files.
final class KeyIndex: Sendable {
  private struct Folder {
    let path: String
    /// Nanoseconds since 1970.
    let modified: Int64
    let inode: UInt64
  }

  private struct Snapshot {
    let keys: [String]
    let folders: [Folder]
  }

  /// A directory that changed so shortly before it was read may change again with the same time, in nanoseconds.
  private static let settling: Int64 = 100_000_000

  private let tree: BucketTree
  private let snapshots = Mutex<[String: Snapshot]>([:])

  init(tree: BucketTree) {
    self.tree = tree
  }

  /// All keys of a bucket that begin with `prefix`, sorted by bytes.
  func keys(bucket: String, prefix: String) -> ArraySlice<String> {
    let keys = allKeys(bucket)
    let first = keys[...].firstPlace { $0.utf8.lexicographicallyPrecedes(prefix.utf8) }
    let rest = keys[first...]
    return rest[..<rest.firstPlace { $0.utf8.starts(with: prefix.utf8) }]
  }

  private func allKeys(_ bucket: String) -> [String] {
    if let snapshot = snapshots.withLock({ $0[bucket] }), snapshot.folders.allSatisfy(Self.isUnchanged) {
      return snapshot.keys
    }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let limit = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) - Self.settling
    var folders: [Folder]? = []
    let keys = tree.keys(bucket: bucket) { path in
      guard let folder = Self.folder(path), folder.modified < limit else {
        folders = nil
        return
      }
      folders?.append(folder)
    }
    snapshots.withLock { $0[bucket] = folders.map { Snapshot(keys: keys, folders: $0) } }
    return keys
  }

  /// A directory that is none, or a link, never counts as unchanged.
  private static func folder(_ path: String) -> Folder? {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return nil }
    let status = BucketTree.Status(facts)
    return status.isDirectory ? Folder(path: path, modified: status.modified, inode: status.inode) : nil
  }

  private static func isUnchanged(_ folder: Folder) -> Bool {
    guard let now = Self.folder(folder.path) else { return false }
    return now.modified == folder.modified && now.inode == folder.inode
  }
}

extension ArraySlice {
  /// Place of the first element for which `isBefore` is false, by halving; it must be true up to there.
  func firstPlace(_ isBefore: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
