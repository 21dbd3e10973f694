import Synchronization
import Workbench

/// Keeps the beginning of what is written.
final class BoundedSink: ByteSink {
  private let limit: Int
  private let kept = Mutex<(bytes: [UInt8], isCut: Bool)>(([], false))

  init(limit: Int = 1 << 18) {
    self.limit = limit
  }

  func write(_ bytes: [UInt8]) {
    kept.withLock { kept in
      let room = limit - kept.bytes.count
      kept.bytes += bytes.prefix(room)
      if bytes.count > room { kept.isCut = true }
    }
  }

  /// What was kept, and a line that says so when it is not all.
  var text: String {
    kept.withLock { kept in
      String(decoding: kept.bytes, as: UTF8.self) + (kept.isCut ? "\n… more was printed than is kept\n" : "")
    }
  }
}
