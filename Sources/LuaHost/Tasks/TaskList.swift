/// Tasks in the order they were added, each with a ticket by which it is taken out again: so that ten thousand can be added,
/// ended in any order and cancelled in a known one, at a small cost for each.
struct TaskList {
  typealias Ticket = UInt64

  private var items: [(ticket: Ticket, task: LuaTask?)] = []
  private var nextTicket: Ticket = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }
  var first: LuaTask? { items.lazy.compactMap(\.task).first }
  /// All of them, in order.
  var all: [LuaTask] { items.compactMap(\.task) }

  mutating func add(_ task: LuaTask) -> Ticket {
    let ticket = nextTicket
    nextTicket += 1
    items.append((ticket, task))
    count += 1
    return ticket
  }

  mutating func remove(_ ticket: Ticket) {
    var low = 0
    var high = items.count
    while low < high {
      let middle = (low + high) / 2
      if items[middle].ticket < ticket { low = middle + 1 } else { high = middle }
    }
    guard low < items.count, items[low].ticket == ticket, items[low].task != nil else { return }
    items[low].task = nil
    count -= 1
    if count == 0 {
      items.removeAll()
    } else if count < items.count / 2 {
      items.removeAll { $0.task == nil }
    }
  }
}
