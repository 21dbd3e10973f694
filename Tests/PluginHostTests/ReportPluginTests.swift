import CloudAccess
import Foundation
import ImageImport
import Synchronization
import Testing

@testable import PluginHost

@Suite("The plugin report_html")
struct ReportPluginTests {
  /// A clock that a test sets.
  private final class SetTime: TimeSource {
    private let moment = Mutex(Date(timeIntervalSince1970: 1_700_000_000))
    var now: Date { moment.withLock { $0 } }
    var monotonic: Duration { .zero }
    func sleep(for duration: Duration) async throws {}
    func advance(_ seconds: Double) { moment.withLock { $0 += seconds } }
  }

  private func page(
    _ bench: PluginBench, _ settings: String = "config: { path: out.html }",
    _ run: @Sendable (PluginHost, SetTime) -> Void
  ) async throws -> String? {
    let time = SetTime()
    let directory = BundledPluginTests.place.appending(path: "report_html").path
    try bench.write(
      "slipway.yaml", "plugins:\n  - path: \(directory)\n    grant: ['fs.write:.']\n    \(settings)\n")
    let host = PluginHost(time: time) { try bench.settings() }
    try await host.load(bench.world())
    run(host, time)
    await host.finish()
    #expect(bench.told.isEmpty, "\(bench.told)")
    return try? String(contentsOfFile: bench.path("out.html"), encoding: .utf8)
  }

  private static func request(_ name: String) -> ImportRequest {
    ImportRequest(
      kind: .data, fields: ["name": .string(name), "image_url": .string("golden-images:\(name).zvhd2"), "min_disk": 20])
  }

  /// Imports that begin, are sent, and end in every way there is.
  private static func fleet(_ count: Int, _ host: PluginHost, _ time: SetTime) {
    let report = ValidationReport(findings: [])
    var jobs: [JobReference] = []
    for index in 1...count {
      let request = request("web\(index)")
      host.emit(.validated(request, report))
      jobs.append(JobReference(id: "job-\(index)", imageName: "web\(index)", request: request))
    }
    for (index, job) in jobs.enumerated() {
      time.advance(7)
      if index % 10 == 9 {
        host.emit(
          .failed(
            ImportError(
              kind: .preflight, message: "There is no object \"web\(index + 1).zvhd2\".", code: "IMG.0121",
              hint: "Upload the file.", request: job.request)))
        continue
      }
      host.emit(.submitted(job))
    }
    for (index, job) in jobs.enumerated() where index % 10 != 9 {
      time.advance(11)
      let status = JobStatus(json: ["job_id": .string(job.id), "status": "SUCCESS", "progress": .number(1)])
      switch index % 10 {
      case 4:
        host.emit(
          .failed(
            ImportError(
              kind: .job_failed, message: "The import failed: the file is damaged.", code: "IMG.0057",
              hint: "Convert it again.", job: job)))
      case 7: host.emit(.detached(ImportError(kind: .timeout, message: "It goes on.", job: job)))
      case 8: break
      default:
        host.emit(
          .succeeded(
            ImportResult(imageID: "image-\(index + 1)", imageName: job.imageName ?? "", job: status, reference: job)))
      }
    }
  }

  @Test("A run of two hundred imports has a bar, a row and a remedy each, and its numbers add up")
  func fleet() async throws {
    try await withBench { bench in
      let html = try #require(try await page(bench) { Self.fleet(200, $0, $1) })
      if let copy = ProcessInfo.processInfo.environment["SLIPWAY_REPORT_COPY"] {
        try html.write(toFile: copy, atomically: true, encoding: .utf8)
      }
      func count(_ text: String) -> Int { html.components(separatedBy: text).count - 1 }
      #expect(count(#"<div class="row">"#) == 200 && count("<tr") == 2 + 200 + 40)
      #expect(count(">Upload the file.</td>") == 20 && count(">Convert it again.</td>") == 20)
      #expect(
        count(#"<td class="good">"#) == 120 && count(#"<td class="bad">"#) == 40 && count(#"<td class="open">"#) == 40)
      for number in [
        #"<b class="">200</b><span>images</span>"#, #"<b class="good">120</b><span>imported</span>"#,
        #"<b class="bad">40</b><span>failed</span>"#, #"<b class="open">40</b><span>in the cloud</span>"#,
      ] { #expect(html.contains(number), "\(number)") }
      // Every bar lies on its track.
      var bars = 0
      for match in html.matches(of: /left:([\d.]+)%;width:([\d.]+)%/) {
        let (left, width) = (Double(match.1) ?? -1, Double(match.2) ?? -1)
        #expect(left >= 0 && width >= 0 && left + width <= 100.01)
        bars += 1
      }
      #expect(bars >= 200)
      #expect(Self.isSelfContained(html))
    }
  }

  private static func isSelfContained(_ html: String) -> Bool {
    !html.contains("<script") && !html.contains("src=") && !html.contains("<link") && !html.contains("@import")
      && !html.contains("url(")
  }

  @Test("Names, messages, hints and the title are text, whatever they say")
  func injection() async throws {
    let evil = #"<script>alert(1)</script>" onmouseover='x' &amp; </title><img src=x onerror=y> \u{202E}"#
    try await withBench { bench in
      let settings = "config: { path: out.html, title: '</title><script>alert(0)</script>' }"
      let html = try #require(
        try await page(bench, settings) { host, time in
          let request = Self.request(evil)
          host.emit(.validated(request, ValidationReport(findings: [])))
          time.advance(5)
          host.emit(
            .failed(
              ImportError(
                kind: .job_failed, message: evil, code: evil, hint: evil,
                job: JobReference(id: evil, imageName: evil, request: request))))
        })
      // Tags and attributes are the page's own: none has come in from the texts.
      let tags = Set(html.matches(of: /<([a-zA-Z!\/][^\s>]*)/).map { $0.1.lowercased() })
      #expect(tags.isDisjoint(with: ["script", "/script", "img"]), "\(tags)")
      #expect(html.components(separatedBy: "</title>").count == 2)
      let bare = html.replacing(/"[^"]*"/, with: "")
      #expect(bare.matches(of: /<[^>]*\son\w+\s*=/).isEmpty)
      #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onmouseover=&#39;x&#39; &amp;amp;"))
    }
  }

  @Test(
    "A run without imports writes nothing; dates in the path keep pages apart; thousands of imports fit",
    .timeLimit(.minutes(1)))
  func others() async throws {
    try await withBench { bench in
      let none = try await page(bench) { _, _ in }
      #expect(none == nil)
      _ = try await page(bench, "config: { path: 'r-{date}-{time}.html' }") { Self.fleet(1, $0, $1) }
      let names = try FileManager.default.contentsOfDirectory(atPath: bench.directory.path)
      #expect(names.contains("r-2023-11-14-221338.html"), "\(names)")
      let html = try #require(try await page(bench) { Self.fleet(10_000, $0, $1) })
      #expect(html.contains(#"<b class="">10000</b><span>images</span>"#))
      #expect(html.utf8.count < 12 << 20)
    }
  }
}
