import Foundation
import Synchronization
import Testing

@testable import Workbench

@Suite("Lines from a pipe", .timeLimit(.minutes(1)))
struct PlainLineReaderTests {
  @Test("Lines come whole, the last one also without its newline, then the end")
  func lines() async throws {
    let pipe = Pipe()
    defer { try? pipe.fileHandleForReading.close() }
    try pipe.fileHandleForWriting.write(contentsOf: Data("one\r\n\nthr\u{e9}e\nlast".utf8))
    try pipe.fileHandleForWriting.close()
    let reader = PlainLineReader(descriptor: pipe.fileHandleForReading.fileDescriptor)
    var events: [LineEvent] = []
    for _ in 0..<6 { events.append(await reader.readLine(prompt: "> ")) }
    let lines = ["one", "", "thr\u{e9}e", "last"].map { LineEvent.line(Array($0.utf8)) }
    #expect(events == lines + [.ended, .ended])
  }

  @Test("A line may be longer than any buffer and hold any bytes")
  func long() async throws {
    let directory = try ScratchDirectory()
    let line = [UInt8](repeating: 0xfe, count: 3_000_000) + [0]
    let path = try directory.write("in", line + [10])
    let file = try #require(FileHandle(forReadingAtPath: path))
    defer { try? file.close() }
    let reader = PlainLineReader(descriptor: file.fileDescriptor)
    #expect(await reader.readLine(prompt: "") == .line(line))
    #expect(await reader.readLine(prompt: "") == .ended)
  }

  @Test("A line can be given up as soon as the prompt is seen")
  func early() async throws {
    let pipe = Pipe()
    defer { try? pipe.fileHandleForReading.close() }
    let shown = Mutex<PlainLineReader?>(nil)
    let reader = PlainLineReader(descriptor: pipe.fileHandleForReading.fileDescriptor) { _ in
      shown.withLock { $0 }?.cancelLine()
    }
    shown.withLock { $0 = reader }
    #expect(await reader.readLine(prompt: "> ") == .cancelled)
    shown.withLock { $0 = nil }
  }

  @Test("A wait for input can be given up, and goes on with the next line")
  func cancelled() async throws {
    let pipe = Pipe()
    defer { try? pipe.fileHandleForReading.close() }
    let reader = PlainLineReader(descriptor: pipe.fileHandleForReading.fileDescriptor)
    let first = Task { await reader.readLine(prompt: "") }
    // Cancelling before the reader waits has no effect, so it is repeated until it has.
    let ringer = Task {
      while !Task.isCancelled {
        reader.cancelLine()
        await Task.yield()
      }
    }
    #expect(await first.value == .cancelled)
    ringer.cancel()
    await ringer.value
    try pipe.fileHandleForWriting.write(contentsOf: Data("go on\n".utf8))
    #expect(await reader.readLine(prompt: "") == .line(Array("go on".utf8)))
    let second = Task { await reader.readLine(prompt: "") }
    reader.end()
    #expect(await second.value == .ended)
  }

  @Test("Prompts are shown as asked, before each line")
  func prompts() async throws {
    let pipe = Pipe()
    defer { try? pipe.fileHandleForReading.close() }
    try pipe.fileHandleForWriting.write(contentsOf: Data("a\nb\n".utf8))
    let shown = MemorySink()
    let reader = PlainLineReader(descriptor: pipe.fileHandleForReading.fileDescriptor) { shown.write(Array($0.utf8)) }
    _ = await reader.readLine(prompt: "> ")
    _ = await reader.readLine(prompt: ".. ")
    #expect(shown.text == "> .. ")
  }
}
