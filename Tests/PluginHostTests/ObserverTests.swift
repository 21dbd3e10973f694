import CloudAccess
import Foundation
import ImageImport
import Synchronization
import Testing

@testable import PluginHost

@Suite("Observers")
struct ObserverTests {
  private func job(_ id: String) -> JobReference {
    JobReference(id: id, imageName: "image-\(id)", request: soundRequest)
  }

  private func status(_ id: String, _ progress: Double) -> JobStatus {
    JobStatus(json: ["job_id": .string(id), "status": "RUNNING", "progress": .number(progress)])
  }

  private func result(_ id: String) -> ImportResult {
    ImportResult(imageID: "i\(id)", imageName: "image-\(id)", job: status(id, 1), reference: job(id))
  }

  @Test("They get plain tables, in the order of each import, and the run's summary at the end")
  func order() async throws {
    try await withBench { bench in
      try bench.plugin(
        "watcher",
        """
        local M = {}
        for _, name in ipairs { "on_submitted", "on_progress", "on_succeeded", "on_failed" } do
          M[name] = function(event) print(name, event.job_id, event.image_id or event.code or "-", event.image and event.image.name) end
        end
        function M.on_run_finished(summary)
          print(summary.count, summary.succeeded, summary.failed, summary.images[1].status, summary.images[2].error.code)
        end
        return M
        """, manifest: "hooks: [on_submitted, on_progress, on_succeeded, on_failed, on_run_finished]")
      let host = try await bench.host("plugins: [watcher]")
      host.emit(.submitted(job("1")))
      host.emit(.submitted(job("2")))
      host.emit(.progress(job("1"), status("1", 0.5)))
      host.emit(.succeeded(result("1")))
      host.emit(.failed(ImportError(kind: .job_failed, message: "no", code: "IMG.0057", job: job("2"))))
      await host.finish()
      let lines = bench.printed.withLock { $0 }.split(separator: "\n").map(String.init)
      func of(_ id: String) -> [String] { lines.filter { $0.contains("\t\(id)\t") && $0.hasPrefix("watcher: on_") } }
      #expect(
        of("1") == [
          "watcher: on_submitted\t1\t-\tdata01", "watcher: on_progress\t1\t-\tdata01",
          "watcher: on_succeeded\t1\ti1\tdata01",
        ])
      #expect(of("2") == ["watcher: on_submitted\t2\t-\tdata01", "watcher: on_failed\t2\tIMG.0057\tdata01"])
      #expect(lines.last == "watcher: 2\t1\t1\tsucceeded\tIMG.0057")
    }
  }

  @Test("A failure is told once, counted at the end, and stops nothing")
  func failing() async throws {
    try await withBench { bench in
      try bench.plugin(
        "bad", "return { on_submitted = function(job) error('broken ' .. job.job_id) end }",
        manifest: "hooks: [on_submitted]")
      let host = try await bench.host("plugins: [bad]")
      for number in 1...5 { host.emit(.submitted(job("\(number)"))) }
      await host.finish()
      let told = bench.told
      #expect(told.count == 2)
      #expect(told[0].contains("bad failed in on_submitted") && told[0].contains("broken"))
      #expect(told[1] == "bad failed in on_submitted 4 more times")
    }
  }

  @Test(
    "A slow observer holds nobody up: progress gives way, ends are kept, and the end of the run waits for so long only")
  func slow() async throws {
    let queue = ObserverQueue(capacity: 10, width: 2)
    let seen = Mutex<[String]>([])
    let losses = Mutex(0)
    func add(_ hook: HookName, _ subject: String, _ event: ImportEvent) {
      queue.add(ObserverQueue.Item(plugin: "x", hook: hook, subject: subject, event: event)) {
        losses.withLock { $0 += 1 }
      }
    }
    // Nothing is handled yet: a hundred progress events of one image become one.
    for number in 0..<100 { add(.onProgress, "a", .progress(job("a"), status("a", Double(number)))) }
    for number in 0..<50 { add(.onSubmitted, "s\(number)", .submitted(job("s\(number)"))) }
    for number in 0..<5 { add(.onSucceeded, "e\(number)", .succeeded(result("e\(number)"))) }
    #expect(losses.withLock { $0 } == 1)
    queue.start { item in seen.withLock { $0.append(item.subject) } }
    #expect(await queue.drain(within: .seconds(30)) == 0)
    let subjects = seen.withLock { $0 }
    #expect(subjects.count { $0 == "a" } == 1)
    #expect(subjects.count { $0.hasPrefix("s") } == 9)
    #expect(subjects.count { $0.hasPrefix("e") } == 5)

    let stuck = ObserverQueue()
    stuck.add(ObserverQueue.Item(plugin: "x", hook: .onFailed, subject: "a", event: .submitted(job("a")))) {}
    stuck.start { _ in try? await Task.sleep(for: .seconds(3600)) }
    #expect(await stuck.drain(within: .milliseconds(50)) == 1)
  }

  @Test("A hanging observer is ended by its time limit")
  func hanging() async throws {
    try await withBench { bench in
      try bench.plugin(
        "hang", "return { on_submitted = function() require 'task'.sleep '10h' end }", manifest: "hooks: [on_submitted]"
      )
      let host = try await bench.host("plugins: { hang: { limits: { time: 50ms } } }")
      host.emit(.submitted(job("1")))
      await host.finish(within: .seconds(60))
      #expect(bench.told.first?.contains("took longer than 0.05 s") == true)
    }
  }
}
