import CloudAccess
import ImageImport
import Testing

@testable import Workbench

@Suite("The progress board")
struct ProgressBoardTests {
  private func board(_ count: Int) -> ProgressBoard {
    var board = ProgressBoard()
    for index in 0..<count {
      _ = board.apply(.submitted(Sample.job("job-\(index)", "image-\(index)")), at: .seconds(index))
    }
    return board
  }

  @Test("A warning of preflight that concerns all imports is told once")
  func preflightWarnings() {
    var board = ProgressBoard()
    func report(_ text: String) -> ValidationReport {
      ValidationReport(findings: [
        Finding(
          rule: 61, name: "bucket-readable", field: "image_url", severity: .warning, message: text, check: "bucket")
      ])
    }
    var shown: [String] = []
    for (index, text) in ["No key.", "No key.", "Another."].enumerated() {
      let request = ImportRequest(json: ["name": .string("web\(index)")])
      shown += board.apply(.preflighted(request, report(text)), at: .zero).map { "\($0.subject): \($0.text)" }
    }
    #expect(
      shown == [
        "web0: image_url: No key. (check bucket, rule 61)", "web2: image_url: Another. (check bucket, rule 61)",
      ])
  }

  @Test("One import is one line: name, state, bar, percent, time")
  func single() {
    var board = board(1)
    let style = ScreenStyle(columns: 80, rows: 24, symbols: .unicode)
    #expect(board.liveLines(at: .seconds(3), style: style) == ["● image-0  submitted  3s"])
    _ = board.apply(
      .progress(Sample.job("job-0", "image-0"), Sample.status("job-0", "RUNNING", percent: 40)), at: .zero)
    #expect(
      board.liveLines(at: .seconds(72), style: style) == ["● image-0  running    ████████░░░░░░░░░░░░  40%  1m12s"])
  }

  @Test("Several line up and end in a summary")
  func several() {
    var board = ProgressBoard()
    _ = board.apply(.submitted(Sample.job("1", "ubuntu-22.04-golden")), at: .zero)
    _ = board.apply(.submitted(Sample.job("2", "日本語")), at: .seconds(10))
    _ = board.apply(.progress(Sample.job("2", "日本語"), Sample.status("2", "RUNNING", percent: 99.9)), at: .seconds(11))
    _ = board.apply(.waiting(name: "debian-12", reason: "40 tasks run already", delay: .seconds(5)), at: .seconds(12))
    _ = board.apply(.submitted(Sample.job("3", "windows")), at: .seconds(20))
    _ = board.apply(.succeeded(Sample.result("3", "windows", waited: .seconds(8))), at: .seconds(28))
    #expect(
      board.liveLines(at: .seconds(30), style: ScreenStyle(columns: 80, rows: 24)) == [
        "* ubuntu-22.04-golden  submitted  30s",
        "* 日本語               running    ###################.  99%  20s",
        "* debian-12            waiting    18s  40 tasks run already",
        "  4 images, 1 done, 2 running, 1 waiting  30s",
      ])
  }

  @Test("More than fit are counted, running ones are shown first")
  func overflow() {
    var board = board(30)
    _ = board.apply(.progress(Sample.job("job-29", "image-29"), Sample.status("job-29", "RUNNING")), at: .seconds(30))
    let lines = board.liveLines(at: .seconds(30), style: ScreenStyle(columns: 80, rows: 8))
    #expect(lines.count == 6)
    #expect(lines[0].hasPrefix("* image-29"))
    #expect(lines[4] == "  +26 more")
    #expect(lines[5] == "  30 images, 30 running  30s")
  }

  @Test(
    "Of 200 a dozen lines are shown: what is held up first, then the longest; how all stand, and how long they may take"
  )
  func many() {
    var board = ProgressBoard()
    for index in 0..<200 {
      _ = board.apply(.submitted(Sample.job("j\(index)", "image-\(index)")), at: .seconds(index / 10))
      let status = Sample.status("j\(index)", "RUNNING", percent: 10)
      _ = board.apply(.progress(Sample.job("j\(index)", "image-\(index)"), status), at: .seconds(index / 10))
    }
    for index in 0..<3 {
      _ = board.apply(.succeeded(Sample.result("j\(index)", "image-\(index)", waited: .zero)), at: .seconds(90))
    }
    let held = Sample.job("j150", "image-150")
    _ = board.apply(.progress(held, Sample.status("j150", "INIT")), at: .seconds(91))
    _ = board.apply(
      .degraded(held, reason: "asked too often.", lasting: .zero, delay: .seconds(3)), at: .seconds(91))
    _ = board.apply(.degraded(nil, reason: "503.", lasting: .seconds(5), delay: .seconds(3)), at: .seconds(91))
    let style = ScreenStyle(columns: 100, rows: 24)
    let lines = board.liveLines(at: .seconds(92), style: style)
    #expect(lines.count == 12)
    #expect(lines[0].hasPrefix("* image-150 ") && lines[1].hasPrefix("* image-3 "))
    #expect(lines[10] == "  +187 more")
    // Three took 90 s; the last of the others began at 19 s.
    #expect(lines[11] == "  API degraded; 200 images, 3 done, 197 running  1m32s, about 17s to go")
    _ = board.apply(.recovered(after: .seconds(9)), at: .seconds(93))
    #expect(board.liveLines(at: .seconds(93), style: style).last?.contains("degraded") == false)
    #expect(board.liveLines(at: .seconds(93), style: ScreenStyle(columns: 200, rows: 50)).count == 16)
  }

  @Test("Images that were announced count from the beginning, and those that never begin do not in the end")
  func announced() {
    var board = ProgressBoard()
    #expect(board.apply(.batchBegan(count: 5), at: .zero).map(\.text) == ["5 images to import"])
    let style = ScreenStyle(columns: 100, rows: 24)
    #expect(board.liveLines(at: .seconds(1), style: style) == ["  5 images, 5 to come  1s"])
    // By its name first, by its id then: one image.
    _ = board.apply(.waiting(name: "a", reason: "full", delay: nil), at: .seconds(1))
    _ = board.apply(.submitted(Sample.job("1", "a")), at: .seconds(1))
    _ = board.apply(.submitted(Sample.job("2", "b")), at: .seconds(1))
    #expect(board.summary(at: .seconds(2)) == "5 images, 2 running, 3 to come  2s")
    _ = board.apply(.succeeded(Sample.result("1", "a", waited: .zero)), at: .seconds(3))
    // One is refused before it is anywhere, one is there already.
    _ = board.apply(.failed(ImportError(kind: .validation, message: "bad")), at: .seconds(3))
    _ = board.apply(.succeeded(Sample.result("3", "c", waited: .zero)), at: .seconds(3))
    #expect(board.summary(at: .seconds(4)) == "5 images, 2 done, 1 failed, 1 running, 1 to come  4s")
    _ = board.apply(.failed(ImportError(kind: .job_failed, message: "bad", job: Sample.job("2", "b"))), at: .seconds(5))
    #expect(!board.isIdle)
    _ = board.apply(.batchEnded(count: 5, notBegun: 1), at: .seconds(6))
    #expect(board.isIdle && board.summary(at: .seconds(6)) == "4 images, 2 done, 2 failed  6s")
  }

  @Test("Two batches side by side count together; the end of one takes away what of it did not begin")
  func batches() {
    var board = ProgressBoard()
    for count in [3, 4] { _ = board.apply(.batchBegan(count: count), at: .zero) }
    _ = board.apply(.submitted(Sample.job("1", "a")), at: .zero)
    #expect(board.summary(at: .zero).hasPrefix("7 images, 1 running, 6 to come"))
    _ = board.apply(.batchEnded(count: 3, notBegun: 2), at: .zero)
    #expect(board.summary(at: .zero).hasPrefix("5 images, 1 running, 4 to come"))
    _ = board.apply(.batchEnded(count: 4, notBegun: 4), at: .zero)
    #expect(board.summary(at: .zero).hasPrefix("1 image, 1 running"))
  }

  @Test(
    "No line is wider than the window and the region never taller, whatever the names",
    arguments: [(1, 1), (10, 3), (20, 4), (40, 10), (200, 50)])
  func bounds(_ columns: Int, _ rows: Int) {
    var board = ProgressBoard()
    for index in 0..<25 {
      let name = String(repeating: index.isMultiple(of: 2) ? "日" : "n", count: index * 4)
      _ = board.apply(.submitted(Sample.job("\(index)", name)), at: .zero)
      let status = Sample.status("\(index)", "RUNNING", percent: Double(index * 4))
      _ = board.apply(.progress(Sample.job("\(index)", name), status), at: .zero)
    }
    for symbols in [Symbols.unicode, .ascii] {
      let lines = board.liveLines(
        at: .seconds(1), style: ScreenStyle(columns: columns, rows: rows, symbols: symbols))
      #expect(lines.allSatisfy { DisplayText.width($0) < max(columns, 1) })
      #expect(lines.count <= max(1, rows - 2))
    }
  }

  @Test("Colours change nothing but colours")
  func colors() {
    let board = board(3)
    let plain = board.liveLines(at: .seconds(9), style: ScreenStyle(symbols: .unicode))
    let colored = board.liveLines(
      at: .seconds(9), style: ScreenStyle(paint: Paint(enabled: true), symbols: .unicode))
    #expect(colored != plain)
    #expect(colored.map { $0.replacing(/\u{1B}\[[0-9;]*m/, with: "") } == plain)
  }

  @Test("A queued import becomes the submitted one of the same name")
  func queued() {
    var board = ProgressBoard()
    #expect(board.apply(.waiting(name: "a", reason: "full", delay: .seconds(2)), at: .zero).count == 1)
    #expect(board.apply(.waiting(name: "a", reason: "full", delay: .seconds(4)), at: .zero).isEmpty)
    _ = board.apply(.submitted(Sample.job("7", "a")), at: .zero)
    #expect(board.rows.map(\.id) == ["7"])
  }

  @Test("A failed import says what, the code and what to do; its findings all stand below")
  func failure() {
    var board = board(1)
    let error = ImportError(
      kind: .job_failed, message: "The import failed: disk too small", code: "IMG.0055", hint: "Raise min_disk",
      job: Sample.job("job-0", "image-0"))
    let notices = board.apply(.failed(error), at: .seconds(5))
    #expect(
      notices.flatMap { $0.lines(ScreenStyle(symbols: .unicode)) } == [
        "✘ image-0  The import failed: disk too small (IMG.0055)", "    hint: Raise min_disk",
      ])
    #expect(board.isIdle)
    #expect(board.failed == 1)

    let report = ValidationReport(findings: [
      Finding(
        rule: 1, name: "n", field: "name", severity: .error, code: "IMG.0003", message: "name is bad", hint: "fix"),
      Finding(rule: 4, name: "d", field: "min_disk", severity: .error, message: "is missing"),
    ])
    let refused = board.apply(
      .failed(ImportError(kind: .validation, message: "two errors", report: report)), at: .seconds(6))
    #expect(refused[0].details == ["name is bad (rule 1, IMG.0003)", "hint: fix", "min_disk: is missing (rule 4)"])
  }

  @Test("From the fourth on, failures of one code are told in a line that names the first")
  func alike() {
    var board = ProgressBoard()
    let notices = (1...5).flatMap { index in
      board.apply(
        .failed(
          ImportError(
            kind: .quota, message: "no more", code: "IMG.0015", hint: "delete some",
            job: Sample.job("j\(index)", "image-\(index)"))), at: .zero)
    }
    #expect(notices.map(\.details.count) == [1, 1, 1, 0, 0])
    #expect(notices.map(\.text).suffix(2) == ["failed as image-1: IMG.0015", "failed as image-1: IMG.0015"])
    #expect(board.failed == 5)
  }

  @Test("A detached job is no failure and leaves the board; it may still succeed")
  func detached() {
    var board = board(1)
    let error = ImportError(kind: .timeout, message: "still running after 24 h", job: Sample.job("job-0", "image-0"))
    let notices = board.apply(.detached(error), at: .seconds(9))
    #expect(notices.map(\.kind) == [.warning])
    #expect(board.failed == 0)
    #expect(board.isIdle)
    _ = board.apply(.succeeded(Sample.result("job-0", "image-0", waited: .zero)), at: .seconds(20))
    #expect(board.succeeded == 1)
  }

  @Test("A reason from the cloud cannot steer the terminal")
  func hostile() {
    var board = ProgressBoard()
    let notices = board.apply(
      .failed(ImportError(kind: .service, message: "bad\u{1B}[2J\nforged", job: Sample.job("1", "n\u{1B}]0;x"))),
      at: .zero)
    let text = notices.flatMap { $0.lines(ScreenStyle()) }.joined(separator: "\n")
    #expect(!text.contains("\u{1B}"))
    #expect(!text.contains("\n"))
  }
}
