import Foundation
import PluginHost
import Synchronization
import Workbench

/// Loads plugins anew when their files change, while a session goes on.
final class PluginWatcher: Sendable {
  private let session: PluginSession
  private let task = Mutex<Task<Void, Never>?>(nil)

  init(_ session: PluginSession) { self.session = session }

  /// Watches from now on until it is stopped; what cannot be loaded is told, and the old plugins stay.
  func start(every interval: Duration = .milliseconds(500)) {
    let session = session
    let first = Self.signature(session.host.watched)
    let watching = Task {
      var last = first
      while (try? await Task.sleep(for: interval)) != nil {
        let now = Self.signature(session.host.watched)
        guard now != last else { continue }
        last = now
        await session.reload()
      }
    }
    task.withLock { $0 = watching }
  }

  func stop() { task.withLock { $0 }?.cancel() }

  /// Names, sizes and times of all files: differs when anything has changed.
  private static func signature(_ places: [String]) -> [String] {
    places.flatMap { place -> [String] in
      let below = (try? FileManager.default.subpathsOfDirectory(atPath: place)) ?? []
      return ([place] + below.map { place + "/" + $0 }).sorted().compactMap { path in
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        return "\(path) \(facts.st_size) \(facts.st_mtim.tv_sec).\(facts.st_mtim.tv_nsec) \(facts.st_ino)"
      }
    }
  }
}
