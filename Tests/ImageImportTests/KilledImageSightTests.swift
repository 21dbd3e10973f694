import CloudAccess
import Foundation
import Testing

@testable import ImageImport

@Suite("Whether killed images are listed")
struct KilledImageSightTests {
  private static let delay = Duration.seconds(15)

  private static let jobs: JobIndex = {
    var index = JobIndex()
    for number in 0..<40 {
      index.insert(JobReference(id: "j\(number)", imageName: "n\(number)", recordID: "r\(number)"))
    }
    return index
  }()

  private static func image(_ number: Int, marker: Bool = true) -> SeenImage {
    SeenImage(
      id: "i\(number)", name: "n\(number)", marker: marker ? "r\(number)" : nil, origin: nil, createdAt: nil,
      updatedAt: nil)
  }

  private func failed(_ sight: inout KilledImageSight, _ numbers: Range<Int>, at seconds: Int, isSeen: Bool = false) {
    for number in numbers { sight.jobFailed("j\(number)", in: Self.jobs, isSeen: isSeen, now: .seconds(seconds)) }
  }

  private func list(_ sight: inout KilledImageSight, _ images: [SeenImage] = [], at seconds: Int) {
    sight.answered(images, askedAt: .seconds(seconds), delay: Self.delay)
  }

  @Test("A failure whose image was seen before says yes, once")
  func seenBefore() {
    var sight = KilledImageSight(.auto)
    #expect(sight.isListed == nil && sight.takeNews() == nil)
    failed(&sight, 0..<1, at: 10, isSeen: true)
    #expect(sight.isListed == true && sight.takeNews() == true && sight.takeNews() == nil)
    failed(&sight, 1..<2, at: 20, isSeen: true)
    #expect(sight.takeNews() == nil)
  }

  @Test("So does one whose image shows up afterwards, by marker or by name", arguments: [true, false])
  func seenAfterwards(marker: Bool) {
    var sight = KilledImageSight(.auto)
    failed(&sight, 0..<1, at: 10)
    list(&sight, [Self.image(7)], at: 20)
    #expect(sight.isListed == nil)
    list(&sight, [Self.image(0, marker: marker)], at: 24)
    #expect(sight.takeNews() == true)
  }

  @Test("Five failures in a row that lists asked for later do not show say no; lists asked for too early say nothing")
  func hidden() {
    var sight = KilledImageSight(.auto)
    failed(&sight, 0..<5, at: 10)
    list(&sight, at: 24)
    #expect(sight.isListed == nil)
    list(&sight, at: 25)
    #expect(sight.isListed == false && sight.takeNews() == false)
  }

  @Test("One that is seen ends a row, and turns a no into a yes")
  func turning() {
    var sight = KilledImageSight(.auto)
    failed(&sight, 0..<4, at: 0)
    list(&sight, at: 30)
    failed(&sight, 4..<5, at: 40)
    list(&sight, [Self.image(4)], at: 45)
    #expect(sight.takeNews() == true)
    failed(&sight, 5..<9, at: 50)
    list(&sight, at: 90)
    #expect(sight.isListed == true)
    failed(&sight, 9..<10, at: 100)
    list(&sight, at: 130)
    #expect(sight.takeNews() == false)
    failed(&sight, 10..<11, at: 140)
    list(&sight, [Self.image(10)], at: 500)
    #expect(sight.takeNews() == true)
  }

  @Test("A cloud that refuses such lists hides them")
  func refused() {
    var sight = KilledImageSight(.auto)
    for _ in 0..<5 { sight.refused() }
    #expect(sight.takeNews() == false)
  }

  @Test("What an earlier run found out holds until this one knows better")
  func learned() {
    var sight = KilledImageSight(.auto)
    sight.learned(false)
    #expect(sight.isListed == false && sight.takeNews() == nil)
    failed(&sight, 0..<1, at: 0, isSeen: true)
    sight.learned(false)
    #expect(sight.isListed == true)
  }

  @Test("A profile that says it is not taught otherwise", arguments: [KilledImages.listed, .hidden])
  func said(setting: KilledImages) {
    var sight = KilledImageSight(setting)
    failed(&sight, 0..<9, at: 0, isSeen: setting == .hidden)
    failed(&sight, 10..<19, at: 0)
    list(&sight, at: 100)
    for _ in 0..<9 { sight.refused() }
    sight.learned(setting == .hidden)
    #expect(sight.isListed == (setting == .listed) && sight.takeNews() == nil)
  }
}
