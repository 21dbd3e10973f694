/// Where each object stands in a `SlotMap`: a small hash table by address.
///
/// A `Dictionary` would take most of the time of making an object, since it hashes against attackers; nobody chooses addresses.
struct IdentityIndex {
  private struct Entry {
    var key: UInt  // 0: empty
    var position: UInt32
  }

  private var entries: UnsafeMutablePointer<Entry>
  private var count = 0
  private var bits: UInt = 6

  init() { entries = Self.emptied(1 << 6) }

  func deallocate() { entries.deallocate() }

  /// The position of an object, if it has one.
  func find(_ object: ObjectIdentifier) -> UInt32? {
    let place = place(of: key(object))
    return entries[place].key == 0 ? nil : entries[place].position
  }

  /// Sets the position of an object.
  mutating func set(_ object: ObjectIdentifier, _ position: UInt32) {
    if 2 * count >= 1 << bits { grow() }
    let place = place(of: key(object))
    if entries[place].key == 0 { count += 1 }
    entries[place] = Entry(key: key(object), position: position)
  }

  /// Forgets an object, if it stands at this position.
  mutating func remove(_ object: ObjectIdentifier, _ position: UInt32) {
    var hole = place(of: key(object))
    guard entries[hole].key != 0, entries[hole].position == position else { return }
    count -= 1
    let mask = (1 << bits) - 1
    var next = hole
    while true {
      next = (next + 1) & mask
      if entries[next].key == 0 { break }
      // Moves back what a look-up would not find behind the hole.
      let home = home(of: entries[next].key)
      if (next - home) & mask >= (next - hole) & mask {
        entries[hole] = entries[next]
        hole = next
      }
    }
    entries[hole].key = 0
  }

  private func key(_ object: ObjectIdentifier) -> UInt { UInt(bitPattern: object) }

  private func home(of key: UInt) -> Int { Int((key &* 0x9e37_79b9_7f4a_7c15) >> (64 - bits)) }

  private func place(of key: UInt) -> Int {
    let mask = (1 << bits) - 1
    var place = home(of: key)
    while entries[place].key != 0 && entries[place].key != key { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    let (old, size) = (entries, 1 << Int(bits))
    bits += 1
    entries = Self.emptied(1 << Int(bits))
    for index in 0..<size where old[index].key != 0 { entries[place(of: old[index].key)] = old[index] }
    old.deallocate()
  }

  private static func emptied(_ size: Int) -> UnsafeMutablePointer<Entry> {
    let entries = UnsafeMutablePointer<Entry>.allocate(capacity: size)
    entries.initialize(repeating: Entry(key: 0, position: 0), count: size)
    return entries
  }
}
