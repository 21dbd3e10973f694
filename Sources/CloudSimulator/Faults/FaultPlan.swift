import Foundation

/// The faults of a cloud with what they did so far: decides about each call, without clock or I/O.
///
/// Chance comes from the seed, the fault's number and how many calls it has met, so that a plan decides the same in every run and one
/// fault does not disturb another.
public struct FaultPlan: Sendable {
  /// A fault that is set.
  public struct Entry: Sendable {
    /// Counted from 1; never used twice.
    public let id: Int
    public let fault: Fault
    /// Cloud time since which it is set.
    let since: Date
    /// Calls it has met.
    public fileprivate(set) var seen = 0
    /// Calls it has struck.
    public fileprivate(set) var struck = 0
  }

  public let seed: UInt64
  public private(set) var entries: [Entry] = []
  private var lastID = 0

  public init(seed: UInt64 = 1) {
    self.seed = seed
  }

  /// Sets a fault at a moment of cloud time.
  ///
  /// - Returns: its number.
  @discardableResult
  public mutating func add(_ fault: Fault, at now: Date) -> Int {
    lastID += 1
    entries.append(Entry(id: lastID, fault: fault, since: now))
    return lastID
  }

  /// Takes a fault back.
  ///
  /// - Returns: whether it was there.
  public mutating func remove(_ id: Int) -> Bool {
    let before = entries.count
    entries.removeAll { $0.id == id }
    return entries.count < before
  }

  public mutating func removeAll() {
    entries = []
  }

  /// Whether some fault asks for the name of an image, which is not in every request.
  var needsNames: Bool { entries.contains { $0.fault.match.name != nil } }

  /// What strikes a call, in the order in which the faults were set.
  mutating func decide(_ facts: FaultFacts, at now: Date) -> [FaultEffect] {
    var effects: [FaultEffect] = []
    for index in entries.indices {
      let entry = entries[index]
      let age = Duration.seconds(now.timeIntervalSince(entry.since))
      guard entry.fault.match.meets(facts, age: age) else { continue }
      entries[index].seen += 1
      let chance = chance(entry.id, entry.seen + 1)
      guard entry.fault.match.strikes(seen: entry.seen + 1, struck: entry.struck, chance: chance) else { continue }
      entries[index].struck += 1
      effects.append(entry.fault.effect)
    }
    return effects
  }

  /// A number from 0 to 1: the finish of SplitMix64 over seed, fault and call.
  private func chance(_ id: Int, _ call: Int) -> Double {
    var mixed = seed
    for step in [UInt64(id), UInt64(call)] {
      mixed = (mixed ^ step) &+ 0x9E37_79B9_7F4A_7C15
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      mixed ^= mixed >> 31
    }
    return Double(mixed >> 11) / Double(1 << 53)
  }
}
