import Foundation
import Testing

@testable import Workbench

/// Two hundred imports as somebody at a terminal sees them, with the built program and a local cloud.
@Suite(
  "Two hundred imports at a terminal", .enabled(if: Binary.path != nil, "slipway is built beside the tests"),
  .serialized, .timeLimit(.minutes(3)))
struct FleetTerminalTests {
  private static let script = """
    local ims = require "ims"
    local images = {}
    for i = 1, 200 do
      images[i] = ims.data_image { name = ("web-%03d"):format(i), image_url = "images:x.zvhd2", min_disk = 40 }
    end
    local results = ims.import_all(images)
    print("all of them:", #results, results.failed_count)
    """

  private let binary: Binary

  init() async throws {
    binary = try Binary()
    let bucket = binary.directory.path + "/cloud/buckets/images"
    try FileManager.default.createDirectory(atPath: bucket, withIntermediateDirectories: true)
    let disk = try binary.directory.write("disk.raw", String(repeating: "\0", count: 1 << 20))
    let converted = try await binary.run(["convert", disk, bucket + "/x.zvhd2"])
    try #require(converted.status == 0, "\(converted.error)")
    _ = try binary.directory.write("fleet.lua", Self.script)
  }

  /// Runs the fleet with both streams on a terminal; `meanwhile` may look and type, and the exit status is returned.
  private func fly(
    _ terminal: PseudoTerminal, term: String = "xterm", scale: Int = 300,
    meanwhile: (Process) async throws -> Void = { _ in }
  ) async throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: Binary.path ?? "")
    process.arguments = [
      "run", "--local-cloud", "cloud", "--clock-scale", "\(scale)", "--no-preflight", "--switch", "image_quota=1000",
      "fleet.lua",
    ]
    process.environment = binary.environment.merging(["TERM": term]) { _, new in new }
    process.currentDirectoryURL = URL(filePath: binary.directory.path)
    let screen = FileHandle(fileDescriptor: terminal.descriptor, closeOnDealloc: false)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = screen
    process.standardError = screen
    let ended = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in ended.continuation.finish() }
    try process.run()
    try await meanwhile(process)
    for await _ in ended.stream {}
    _ = await terminal.waits(seconds: 60) { $0.contains("all of them:") || $0.contains("To go on:") }
    return process.terminationStatus
  }

  /// The most rows that were taken back at once.
  private static func tallest(_ raw: String) -> Int {
    raw.matches(of: /(?:\u{1B}\[A\u{1B}\[2K)+/).map { $0.output.count / 7 }.max() ?? 0
  }

  @Test(
    "The sum is right from the beginning, the region fits every window, and in the end only what happened is left",
    arguments: [(200, 50), (80, 24)])
  func wide(_ columns: Int, _ rows: Int) async throws {
    let terminal = try PseudoTerminal(columns: columns, rows: rows)
    let status = try await fly(terminal) { _ in
      let early = await terminal.waits(seconds: 60) { $0.contains("200 images, ") }
      #expect(early.contains(" to come"), "\(early)")
      let shown = await terminal.waits(seconds: 60) {
        $0.contains(#/200 images, [1-9][0-9]* done, [1-8] running, [0-9]+ to come/#)
      }
      #expect(shown.contains(#/200 images, [1-9][0-9]* done/#), "\(shown)")
      // Smaller and larger again: what is drawn from then on fits.
      try terminal.resize(columns: 72, rows: 10)
      try await Task.sleep(for: .milliseconds(400))
      let before = terminal.raw.count
      try await Task.sleep(for: .milliseconds(400))
      let drawn = terminal.raw.dropFirst(before).replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: "")
      for line in drawn.split(whereSeparator: \.isNewline) where line.contains(#/running|images,/#) {
        #expect(DisplayText.width(String(line)) < 72, "\(line)")
      }
      try terminal.resize(columns: columns, rows: rows)
    }
    #expect(status == 0)
    let lines = terminal.text.split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("✔ web-") } == 200)
    #expect(lines.last == "all of them:\t200\t0", "\(lines.suffix(5))")
    #expect(!lines.contains { $0.contains("running") || $0.contains("submitted") || $0.contains("to come") })
    #expect(Self.tallest(terminal.raw) <= rows - 2)
    #expect(terminal.cursor == (0, 0))
    #expect(!terminal.raw.contains("\u{1B}[?25l") && !terminal.raw.contains("\u{1B}[2J"))
  }

  @Test("A dumb terminal gets lines and no escape sequence: how many, each that begins and ends, and the sum")
  func dumb() async throws {
    let terminal = try PseudoTerminal(columns: 200, rows: 50)
    #expect(try await fly(terminal, term: "dumb") == 0)
    #expect(!terminal.raw.contains("\u{1B}"))
    let lines = terminal.text.split(separator: "\n")
    #expect(lines.count { $0.contains("batch  200 images to import") } == 1)
    #expect(lines.count { $0.contains(#/✔ web-[0-9]{3}  image /#) } == 200)
    #expect(lines.count { $0.contains(#/web-[0-9]{3}  submitted as job /#) } == 200)
    #expect(lines.count { $0.contains("batch  over: 200 images, 200 done  ") } == 1)
    #expect(lines.last == "all of them:\t200\t0")
    // Beyond a line for each beginning and end there is little.
    #expect(lines.count < 460, "\(lines.count)")
  }

  @Test("Ctrl-C takes the region away, says what goes on, and leaves the cursor at the margin")
  func interrupted() async throws {
    let terminal = try PseudoTerminal(columns: 80, rows: 24)
    let status = try await fly(terminal, scale: 20) { process in
      _ = await terminal.waits(seconds: 60) { $0.contains(#/8 running, 192 to come/#) }
      process.interrupt()
    }
    #expect(status == 130)
    let lines = terminal.text.split(separator: "\n")
    #expect(lines.contains("8 jobs go on in the cloud:"), "\(terminal.text)")
    #expect(!lines.contains { $0.contains(" to come") || $0.contains("running  ") })
    #expect(terminal.cursor == (0, 0))
  }
}
