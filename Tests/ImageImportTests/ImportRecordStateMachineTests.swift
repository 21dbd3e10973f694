import Testing

@testable import ImageImport

@Suite("The states of an import on record")
struct ImportRecordStateMachineTests {
  private static let events: [ImportRecordEvent] = [
    .intend, .send, .withdraw, .accept(jobID: "j"), .run, .lose(reason: "cut"), .succeed(imageID: "i"),
    .fail(code: "IMG.1", reason: "bad"), .adopt(imageID: "i"), .findNothing, .resubmit(as: "next"),
    .giveUp(reason: "enough"),
  ]

  /// The state after each legal move, by state and by the event's place in ``events``.
  private static let moves: [ImportRecordState: [Int: ImportRecordState]] = [
    .planned: [0: .intent, 11: .givenUp],
    .intent: [0: .intent, 1: .sent, 7: .failed, 11: .givenUp],
    .sent: [2: .intent, 3: .accepted, 5: .unknown, 7: .failed, 11: .givenUp],
    .accepted: [3: .accepted, 4: .running, 5: .unknown, 6: .succeeded, 7: .failed, 11: .givenUp],
    .running: [3: .running, 4: .running, 5: .unknown, 6: .succeeded, 7: .failed, 11: .givenUp],
    .unknown: [7: .failed, 8: .adopted, 9: .notFound, 11: .givenUp],
    .adopted: [5: .unknown, 6: .succeeded, 7: .failed, 8: .adopted, 11: .givenUp],
    .notFound: [7: .failed, 8: .adopted, 9: .notFound, 10: .resubmitted, 11: .givenUp],
    .succeeded: [6: .succeeded, 8: .succeeded],
    .failed: [7: .failed],
    .resubmitted: [10: .resubmitted],
    .givenUp: [11: .givenUp],
  ]

  private static func machine(_ state: ImportRecordState) -> ImportRecordStateMachine {
    ImportRecordStateMachine(
      state: state, jobID: [.accepted, .running].contains(state) ? "j" : nil,
      imageID: [.adopted, .succeeded].contains(state) ? "i" : nil, successor: state == .resubmitted ? "next" : nil)
  }

  @Test("takes every legal move and refuses every other, staying as it was", arguments: ImportRecordState.allCases)
  func moves(state: ImportRecordState) throws {
    for (index, event) in Self.events.enumerated() {
      var machine = Self.machine(state)
      let before = machine
      if let next = Self.moves[state]?[index] {
        try machine.apply(event)
        #expect(machine.state == next, "\(state) \(event)")
      } else {
        #expect(throws: ImportRecordStateMachine.IllegalMove(state: state, event: event)) { try machine.apply(event) }
        #expect(machine == before)
      }
    }
  }

  @Test("goes the whole way, keeping job and image")
  func path() throws {
    var machine = ImportRecordStateMachine()
    for event in [
      ImportRecordEvent.intend, .send, .withdraw, .send, .accept(jobID: "j1"), .run, .succeed(imageID: "i1"),
    ] {
      #expect(try machine.apply(event))
    }
    #expect(machine.state == .succeeded && machine.jobID == "j1" && machine.imageID == "i1")
    #expect(try !machine.apply(.succeed(imageID: "i1")))
  }

  @Test("never takes back what is known: another job, another image, a failure after a success")
  func contradictions() {
    var accepted = ImportRecordStateMachine(state: .accepted, jobID: "j1")
    #expect(throws: ImportRecordStateMachine.IllegalMove.self) { try accepted.apply(.accept(jobID: "j2")) }
    var done = ImportRecordStateMachine(state: .succeeded, imageID: "i1")
    #expect(throws: ImportRecordStateMachine.IllegalMove.self) { try done.apply(.succeed(imageID: "i2")) }
    #expect(throws: ImportRecordStateMachine.IllegalMove.self) { try done.apply(.fail(code: nil, reason: "x")) }
  }

  @Test("keeps the first reason of a failure")
  func reasons() throws {
    var machine = ImportRecordStateMachine(state: .running, jobID: "j")
    try machine.apply(.fail(code: "IMG.0121", reason: "missing"))
    try machine.apply(.fail(code: "IMG.9999", reason: "other"))
    #expect(machine.code == "IMG.0121" && machine.reason == "missing")
  }

  @Test("is final, under way or unsettled as the names say")
  func kinds() {
    let final = ImportRecordState.allCases.filter(\.isFinal)
    #expect(Set(final) == [.succeeded, .failed, .resubmitted, .givenUp])
    #expect(Set(ImportRecordState.allCases.filter(\.isUnderWay)) == [.accepted, .running, .adopted])
    #expect(Set(ImportRecordState.allCases.filter(\.isUnsettled)) == [.sent, .unknown, .notFound])
  }
}
