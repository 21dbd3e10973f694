import Testing

@testable import ImageImport

@Suite("Turnstile")
struct TurnstileTests {
  private actor Room {
    private(set) var inside = 0
    private(set) var most = 0
    private(set) var passed = 0

    func enter() {
      inside += 1
      most = max(most, inside)
    }

    func leave() {
      inside -= 1
      passed += 1
    }
  }

  @Test("No more are in than there is room for, and everybody gets a turn")
  func room() async {
    let turnstile = Turnstile(room: 3)
    let room = Room()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<500 {
        group.addTask {
          await turnstile.enter()
          await room.enter()
          await Task.yield()
          await room.leave()
          await turnstile.leave()
        }
      }
    }
    #expect(await room.inside == 0)
    #expect(await room.passed == 500)
    #expect((1...3).contains(await room.most))
  }
}
