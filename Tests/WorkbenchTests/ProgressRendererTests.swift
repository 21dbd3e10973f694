import CloudAccess
import Foundation
import ImageImport
import Synchronization
import Testing

@testable import Workbench

@Suite("Progress on standard error")
struct ProgressRendererTests {
  private let error = MemorySink()
  private let output = MemorySink()

  @Test("Without a terminal: a line for each change of state with the time, none for each percent")
  func plainLines() {
    let console = Console(terminal: .pipes, output: output, error: error)
    let renderer = ProgressRenderer(
      console: console, clock: { .zero }, wallClock: { Date(timeIntervalSince1970: 1_700_000_000) })
    let job = Sample.job("ff80", "ubuntu")
    renderer.emit(.submitted(job))
    renderer.emit(.progress(job, Sample.status("ff80", "INIT")))
    for percent in [1.0, 20, 50, 90] {
      renderer.emit(.progress(job, Sample.status("ff80", "RUNNING", percent: percent)))
    }
    renderer.emit(.progress(job, Sample.status("ff80", "SUCCESS")))
    renderer.emit(.succeeded(Sample.result("ff80", "ubuntu", waited: .seconds(250))))
    renderer.finish()
    #expect(
      error.text == """
        2023-11-14T22:13:20Z ● ubuntu  submitted as job ff80
        2023-11-14T22:13:20Z ● ubuntu  running
        2023-11-14T22:13:20Z ✔ ubuntu  image image-ff80 in 4m10s

        """)
    #expect(output.bytes.isEmpty)
  }

  @Test("On a terminal: finished imports scroll up, the rest stays live, and nothing is left in the end")
  func live() {
    let screen = MemorySink()
    let console = Console(terminal: .full(), output: screen, error: screen)
    let now = Mutex<Duration>(.zero)
    let renderer = ProgressRenderer(console: console, clock: { now.withLock { $0 } })
    for name in ["a", "b", "c"] { renderer.emit(.submitted(Sample.job(name, "image-" + name))) }
    now.withLock { $0 = .seconds(5) }
    console.print("script output")
    renderer.emit(.succeeded(Sample.result("b", "image-b", waited: .seconds(5))))
    var shown = Screen()
    shown.feed(screen.text)
    #expect(
      shown.text == """
        script output
        ✔ image-b  image image-b in 5s
        ● image-a  submitted  5s
        ● image-c  submitted  5s
          3 images, 1 done, 2 running  5s
        """)
    renderer.finish()
    shown = Screen()
    shown.feed(screen.text)
    #expect(shown.text == "script output\n✔ image-b  image image-b in 5s")
  }

  @Test("Many that end at once cost one change of the screen, and a script's own line comes after them")
  func burst() {
    let screen = MemorySink()
    let console = Console(terminal: .full(), output: screen, error: screen)
    let renderer = ProgressRenderer(console: console, clock: { .milliseconds(1) })
    for index in 0..<201 { renderer.emit(.submitted(Sample.job("\(index)", "image-\(index)"))) }
    let before = screen.bytes.count
    for index in 0..<200 { renderer.emit(.succeeded(Sample.result("\(index)", "image-\(index)", waited: .zero))) }
    console.print("script output")
    var shown = Screen()
    shown.feed(screen.text)
    let lines = shown.text.split(separator: "\n")
    #expect(lines.count(where: { $0.hasPrefix("✔ image-") }) == 200)
    #expect(lines.firstIndex { $0 == "script output" } == 200)
    // The lines themselves are about 40 bytes each; redrawing the region for each would be ten times that.
    #expect(screen.bytes.count - before < 200 * 80)
    renderer.finish()
  }

  @Test("Without a terminal many are counted now and then, and their steps are left out")
  func plainMany() {
    let console = Console(terminal: .pipes, output: output, error: error)
    let now = Mutex<Duration>(.zero)
    let renderer = ProgressRenderer(
      console: console, clock: { now.withLock { $0 } }, wallClock: { Date(timeIntervalSince1970: 1_700_000_000) })
    for index in 0..<50 { renderer.emit(.submitted(Sample.job("\(index)", "image-\(index)"))) }
    now.withLock { $0 = .seconds(31) }
    for index in 0..<50 {
      renderer.emit(.progress(Sample.job("\(index)", "image-\(index)"), Sample.status("\(index)", "RUNNING")))
    }
    let lines = error.text.split(separator: "\n")
    #expect(lines.count == 51)
    #expect(lines.last == "2023-11-14T22:13:20Z 50 images, 50 running  31s")
    renderer.finish()
  }

  @Test("The region is redrawn at most ten times a second, however many events come")
  func throttled() {
    let console = Console(terminal: .full(), output: output, error: error)
    let renderer = ProgressRenderer(console: console, clock: { .milliseconds(1) })
    let job = Sample.job("1", "a")
    renderer.emit(.submitted(job))
    let before = error.bytes.count
    for step in 0..<2000 {
      renderer.emit(.progress(job, Sample.status("1", "RUNNING", percent: Double(step) / 20)))
    }
    renderer.finish()
    // The timer may add a few draws of about 60 bytes meanwhile.
    #expect(error.bytes.count - before < 20 * 80)
  }

  @Test("Every event is one JSON object on a line, with the API's field names")
  func json() throws {
    let console = Console(terminal: .pipes, output: output, error: error)
    let writer = JSONEventWriter(console: console)
    let job = Sample.job("ff80", "line\nbreak")
    writer.emit(.submitted(job))
    writer.emit(.progress(job, Sample.status("ff80", "RUNNING", percent: 40)))
    writer.emit(.succeeded(Sample.result("ff80", "ubuntu", waited: .seconds(1))))
    writer.emit(ErrorReport(ImportError(kind: .quota, message: "too many", code: "IMG.0015", hint: "delete some")))
    writer.emitFinished(.failed)
    let events = try output.text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    #expect(events.map { $0["event"]?.stringValue } == ["submitted", "progress", "succeeded", "error", "finished"])
    #expect(events[0]["job_id"]?.stringValue == "ff80")
    #expect(events[0]["image_name"]?.stringValue == "line\nbreak")
    #expect(events[1]["progress"]?.doubleValue == 0.4)
    #expect(events[2]["image_id"]?.stringValue == "image-ff80")
    #expect(events[3]["kind"]?.stringValue == "quota")
    #expect(events[4]["exit_status"]?.intValue == 1)
    #expect(error.bytes.isEmpty)
  }
}
