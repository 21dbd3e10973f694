import Cassette
import CloudAccess
import ImageImport

/// Events of waiting come from room and budgets, which a replay has no need of: they are written down, and told in the replay at their moments.
struct TapeEvents: ImportEventSink {
  static let note = "waiting"

  let tape: SessionTape.Mode
  let below: any ImportEventSink

  func emit(_ event: ImportEvent) {
    guard case .waiting(let name, let reason, let delay) = event else { return below.emit(event) }
    switch tape {
    case .replaying: return
    case .recording(let recorder):
      var members: [String: JSONValue] = ["reason": .string(reason)]
      members["image_name"] = name.map(JSONValue.string)
      members["delay_seconds"] = delay.map { .number($0.inSeconds) }
      recorder.note(Self.note, members)
      below.emit(event)
    }
  }

  /// Tells what was written down, each at its moment; ends with the last one or when it is cancelled.
  func retell() async {
    guard case .replaying(let player) = tape else { return }
    for note in player.content.notes[Self.note] ?? [] {
      guard let at = note["at"]?.doubleValue, let reason = note["reason"]?.stringValue else { continue }
      do { try await player.wait(until: .seconds(at)) } catch { return }
      below.emit(
        .waiting(
          name: note["image_name"]?.stringValue, reason: reason,
          delay: note["delay_seconds"]?.doubleValue.map { .seconds($0) }))
    }
  }
}
