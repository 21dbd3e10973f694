import Cassette
import CloudAccess
import ImageImport
import Synchronization

/// Room for imports on a cassette: written down where it decides anything, and without limits in a replay, where every answer has its moment.
///
/// Which of several imports that are ready at once comes first is up to chance, and would decide in a replay who waits for whose answer.
final class TapeAdmission: ImportAdmission {
  static let note = "others_under_way"

  private struct State {
    var tickets = 0
    /// The record of each ticket.
    var records: [Int: String] = [:]
    /// What was said about each record, in its order.
    var said: [String: [Bool]] = [:]
  }

  private let tape: SessionTape.Mode
  private let below: any ImportAdmission
  private let state = Mutex(State())

  init(_ tape: SessionTape.Mode, _ below: any ImportAdmission) {
    self.tape = tape
    self.below = below
    guard case .replaying(let player) = tape else { return }
    state.withLock { state in
      for note in player.content.notes[Self.note] ?? [] {
        guard let record = note["record"]?.stringValue, let others = note["others"]?.boolValue else { continue }
        state.said[record, default: []].append(others)
      }
    }
  }

  private var isReplay: Bool { if case .replaying = tape { true } else { false } }

  func admit(_ name: String?, record: String) async throws -> Int {
    let ticket = isReplay ? nil : try await below.admit(name, record: record)
    return state.withLock { state in
      state.tickets += 1
      let ticket = ticket ?? state.tickets
      state.records[ticket] = record
      return ticket
    }
  }

  func admitAgain(_ ticket: Int, _ name: String?, after error: CloudError) async throws {
    if !isReplay { try await below.admitAgain(ticket, name, after: error) }
  }

  func accepted(_ ticket: Int, as job: JobReference) async {
    if !isReplay { await below.accepted(ticket, as: job) }
  }

  func underWay(_ job: JobReference) async { if !isReplay { await below.underWay(job) } }

  func withdraw(_ ticket: Int) async { if !isReplay { await below.withdraw(ticket) } }

  func hasOthers(than ticket: Int) async -> Bool {
    let record = state.withLock { $0.records[ticket] } ?? ""
    guard case .recording(let recorder) = tape else {
      return state.withLock { state in
        guard let said = state.said[record], let first = said.first else { return false }
        state.said[record] = Array(said.dropFirst())
        return first
      }
    }
    let others = await below.hasOthers(than: ticket)
    recorder.note(Self.note, ["record": .string(record), "others": .bool(others)])
    return others
  }
}
