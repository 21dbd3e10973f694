import Logging
import Synchronization

/// Keeps what was logged, as lines of `level message key=value`.
final class LogRecorder: Sendable {
  private let stored = Mutex<[String]>([])

  var lines: [String] { stored.withLock { $0 } }
  var handler: Handler { Handler(recorder: self) }

  struct Handler: LogHandler {
    let recorder: LogRecorder
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
      recorder.stored.withLock { $0.append("\(event.level) \(event.message)\(fields)") }
    }
  }
}
