import Cassette
import LuaHost

/// Writes down when what a script waited for reached it, or keeps to what was written down: so the lines of a replay have the order of the
/// recorded run, whatever was quicker that time.
struct TapeArrivals: LuaArrivals {
  let mode: SessionTape.Mode

  func arrived(_ arrival: LuaArrival) {
    if case .recording(let recorder) = mode { recorder.arrived(Self.name(arrival)) }
  }

  func wait(for arrival: LuaArrival) async {
    if case .replaying(let player) = mode { await player.wait(forArrival: Self.name(arrival)) }
  }

  func due(_ timer: UInt64, _ deadline: Duration) -> Duration {
    guard case .replaying(let player) = mode else { return deadline }
    return player.arrival(timer: Self.name(.timer(timer)), due: deadline)
  }

  private static func name(_ arrival: LuaArrival) -> String {
    switch arrival {
    case .answer(let call): "answer \(call)"
    case .timer(let number): "timer \(number)"
    case .callback(let number, let call): "callback \(number) of \(call)"
    }
  }
}
