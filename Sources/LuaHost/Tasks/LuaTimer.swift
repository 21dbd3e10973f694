/// Something that is due at a time; lives on its VM's thread.
final class LuaTimer {
  /// What happens then.
  enum Action {
    /// A sleeping task goes on.
    case wake(LuaTask)
    /// The time of a `task.timeout` is over.
    case timeOut(Combination)
  }

  let deadline: Duration
  let action: Action
  /// Among equal deadlines the first one set comes first.
  let order: UInt64
  /// Where it is in the heap; -1 when it is in none.
  fileprivate var position = -1

  fileprivate init(deadline: Duration, order: UInt64, action: Action) {
    self.deadline = deadline
    self.order = order
    self.action = action
  }
}

/// The timers of a VM, the earliest first: a binary heap whose members know their places, so that any can be taken out.
struct TimerHeap {
  private var items: [LuaTimer] = []
  /// The order of the next timer, from 1.
  private(set) var nextOrder: UInt64 = 1

  var first: LuaTimer? { items.first }
  var count: Int { items.count }

  mutating func add(deadline: Duration, _ action: LuaTimer.Action) -> LuaTimer {
    let timer = LuaTimer(deadline: deadline, order: nextOrder, action: action)
    nextOrder += 1
    items.append(timer)
    timer.position = items.count - 1
    rise(timer.position)
    return timer
  }

  mutating func remove(_ timer: LuaTimer) {
    let position = timer.position
    guard position >= 0 else { return }
    timer.position = -1
    let last = items.removeLast()
    guard last !== timer else { return }
    place(last, position)
    rise(position)
    sink(last.position)
  }

  /// Takes out the earliest, if it is due.
  mutating func popDue(at now: Duration) -> LuaTimer? {
    guard let first = items.first, first.deadline <= now else { return nil }
    remove(first)
    return first
  }

  private mutating func place(_ timer: LuaTimer, _ position: Int) {
    items[position] = timer
    timer.position = position
  }

  private func precedes(_ left: LuaTimer, _ right: LuaTimer) -> Bool {
    (left.deadline, left.order) < (right.deadline, right.order)
  }

  private mutating func rise(_ start: Int) {
    var position = start
    let timer = items[position]
    while position > 0, precedes(timer, items[(position - 1) / 2]) {
      place(items[(position - 1) / 2], position)
      position = (position - 1) / 2
    }
    place(timer, position)
  }

  private mutating func sink(_ start: Int) {
    var position = start
    let timer = items[position]
    while true {
      var child = 2 * position + 1
      if child >= items.count { break }
      if child + 1 < items.count, precedes(items[child + 1], items[child]) { child += 1 }
      if !precedes(items[child], timer) { break }
      place(items[child], position)
      position = child
    }
    place(timer, position)
  }
}
