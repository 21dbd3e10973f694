import DiskImages
import Synchronization
import Workbench

/// Shows how far a conversion is, on a terminal that can be redrawn, ten times a second at most.
final class ConvertMeter: Sendable {
  private let console: Console?
  private let name: String
  private let last = Mutex(ContinuousClock.now - .seconds(1))

  /// `console` is nil where nothing is to be shown.
  init(console: Console?, name: String) {
    self.console = console
    self.name = name
  }

  func show(_ progress: ConvertProgress) {
    guard let console, console.terminal.canRedraw else { return }
    let due = last.withLock { last in
      guard ContinuousClock.now - last >= .milliseconds(100) else { return false }
      last = ContinuousClock.now
      return true
    }
    guard due else { return }
    let percent = "\(name): \(Int(progress.fraction * 100)) %, \(ByteText.short(progress.bytesDone))"
    let line =
      switch progress.phase {
      case .convert: "\(percent) read, \(ByteText.short(progress.bytesWritten)) written"
      case .verify: "\(percent) compared"
      }
    console.setLiveRegion([DisplayText.truncated(line, to: console.terminal.columns - 1)])
  }

  func finish() { console?.setLiveRegion([]) }
}
