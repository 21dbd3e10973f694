import Testing

@testable import ImageImport

@Suite("The heap of moments")
struct DueHeapTests {
  @Test("gives back everything in the order of its moments, equal ones in the order of insertion")
  func order() {
    var generator = SplitMix(seed: 42)
    var heap = DueHeap<Int>()
    var wanted: [(Duration, Int)] = []
    for item in 0..<2000 {
      let due = Duration.seconds(Int.random(in: 0..<300, using: &generator))
      heap.insert(item, due: due)
      wanted.append((due, item))
    }
    wanted.sort { ($0.0, $0.1) < ($1.0, $1.1) }
    var got: [Int] = []
    while let next = heap.popFirst() { got.append(next.item) }
    #expect(got == wanted.map(\.1))
    #expect(heap.isEmpty && heap.first == nil)
  }
}

/// Random numbers that are the same in each run.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
