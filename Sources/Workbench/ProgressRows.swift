/// The rows of a ``ProgressBoard``, in the order in which they were first heard of.
///
/// Finding and removing one takes the same time however many there are: thousands of imports make tens of thousands of events.
struct ProgressRows: Sendable, Sequence {
  typealias Row = ProgressBoard.Row

  /// Removed rows leave a gap until half of all are gaps.
  private var slots: [Row?] = []
  private var places: [String: Int] = [:]

  /// The places of the rows that wait for room, by name: they have no id yet that the cloud knows.
  private var queued: [String: Set<Int>] = [:]

  var count: Int { places.count }
  var isEmpty: Bool { places.isEmpty }

  func makeIterator() -> some IteratorProtocol<Row> { slots.lazy.compactMap(\.self).makeIterator() }

  /// The row of an id.
  func find(id: String) -> Row? { places[id].flatMap { slots[$0] } }

  /// The first row of a name that waits for room.
  func findQueued(name: String) -> Row? { queued[name]?.min().flatMap { slots[$0] } }

  mutating func append(_ row: Row) {
    places[row.id] = slots.count
    if row.phase == .queued { queued[row.name, default: []].insert(slots.count) }
    slots.append(row)
  }

  /// Puts a row where the one of an id is, which may change its own id.
  mutating func replace(id: String, with row: Row) {
    guard let place = unlink(id) else { return }
    if let other = unlink(row.id) { slots[other] = nil }
    places[row.id] = place
    if row.phase == .queued { queued[row.name, default: []].insert(place) }
    slots[place] = row
  }

  mutating func remove(id: String) {
    guard let place = unlink(id) else { return }
    slots[place] = nil
    guard slots.count > 32, count * 2 < slots.count else { return }
    let rows = Array(self)
    self = ProgressRows()
    for row in rows { append(row) }
  }

  private mutating func unlink(_ id: String) -> Int? {
    guard let place = places.removeValue(forKey: id), let row = slots[place] else { return nil }
    queued[row.name]?.remove(place)
    if queued[row.name]?.isEmpty == true { queued[row.name] = nil }
    return place
  }
}
