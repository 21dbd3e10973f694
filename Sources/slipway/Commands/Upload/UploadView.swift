import CloudAccess
import ObjectStorage
import Synchronization
import Workbench

/// Shows how an upload goes: one live line on a terminal, a line for each tenth elsewhere, or events in JSON.
final class UploadView: Sendable {
  private struct State {
    var tenths = 0
    var toldAt: ContinuousClock.Instant?
    var last: UploadProgress?
  }

  private let console: Console
  private let name: String
  private let json: JSONEventWriter?
  private let isQuiet: Bool
  private let state = Mutex(State())

  /// `json` is nil for people.
  init(console: Console, name: String, json: JSONEventWriter?, isQuiet: Bool) {
    self.console = console
    self.name = DisplayText.harmless(name)
    self.json = json
    self.isQuiet = isQuiet
  }

  /// The last that was told.
  var progress: UploadProgress? { state.withLock { $0.last } }

  func show(_ event: UploadEvent) {
    if case .progress(let progress) = event { return show(progress) }
    json?.write(event.json)
    guard json == nil, !isQuiet, let line = Self.text(event) else { return }
    console.note("\(name): \(line)")
  }

  func finish() { console.setLiveRegion([]) }

  private func show(_ progress: UploadProgress) {
    let (isDue, isNewTenth) = state.withLock { state -> (Bool, Bool) in
      state.last = progress
      let now = ContinuousClock.now
      let isDue = state.toldAt.map { now - $0 >= .seconds(1) } ?? true
      if isDue { state.toldAt = now }
      let tenths = progress.fraction.map { Int($0 * 10) } ?? 0
      defer { state.tenths = max(state.tenths, tenths) }
      return (isDue, tenths > state.tenths)
    }
    if let json {
      if isDue || progress.fraction == 1 { json.write(UploadEvent.progress(progress).json) }
    } else if isQuiet {
      return
    } else if console.terminal.canRedraw {
      console.setLiveRegion([DisplayText.truncated("\(name): \(Self.text(progress))", to: console.terminal.columns - 1)]
      )
    } else if isNewTenth {
      console.note("\(name): \(Self.text(progress))")
    }
  }

  static func text(_ progress: UploadProgress) -> String {
    var words = progress.fraction.map { ["\(Int($0 * 100)) %"] } ?? []
    let total = progress.total.map { " of \(ByteText.short($0))" } ?? ""
    words.append(ByteText.short(progress.done) + total)
    if let rate = progress.bytesPerSecond { words.append("\(ByteText.short(UInt64(rate)))/s") }
    if let rest = progress.remaining, progress.fraction != 1 { words.append("\(DurationText.short(rest)) left") }
    return words.joined(separator: ", ")
  }

  /// What is worth a line of its own; nil for what is not.
  static func text(_ event: UploadEvent) -> String? {
    switch event {
    case .started, .progress, .completing, .resumed(parts: 0, bytes: _): nil
    case .resumed(let parts, let bytes):
      "going on: \(parts) part\(parts == 1 ? "" : "s") with \(ByteText.short(bytes)) are stored already"
    case .restarted(.source_changed):
      "the source has changed since the last run; its parts are given up, it begins anew"
    case .restarted(.upload_gone): "the store does not know the upload of the last run any more; it begins anew"
    case .restarted(.record_unusable): "other part sizes than in the last run; its parts are given up, it begins anew"
    case .troubled(let part, let error, let parallel):
      "part \(part) failed, it is sent again (\(parallel) at a time now): \(DisplayText.harmless(error.cloudError.message))"
    }
  }
}
