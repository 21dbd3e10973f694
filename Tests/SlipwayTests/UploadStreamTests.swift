import Foundation
import Testing

@Suite("slipway upload - from standard input")
struct UploadStreamTests {
  private static let size = 27_000_001

  private func withFile(_ body: (URL) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      var data = Data(count: Self.size)
      for index in stride(from: 0, to: Self.size, by: 997) { data[index] = UInt8(truncatingIfNeeded: index / 997) }
      try data.write(to: directory.appending(path: "disk.raw"))
      try FileManager.default.createDirectory(
        at: directory.appending(path: "cloud/buckets/images"), withIntermediateDirectories: true)
      try await body(directory)
    }
  }

  private func start(_ script: String, _ directory: URL) throws -> Tool.Running {
    let words = "--cloud local --local-cloud '\(directory.path)/cloud'"
    return try Tool.start(
      ["-c", script.replacing("CLOUD", with: words), "sh", directory.path, Tool.binary.path],
      environment: ["XDG_STATE_HOME": directory.appending(path: "state").path, "PATH": "/usr/bin:/bin"],
      executable: URL(filePath: "/bin/sh"))
  }

  private func run(_ script: String, _ directory: URL) async throws -> Tool.Outcome {
    try await start(script, directory).finish()
  }

  private func object(_ directory: URL, _ key: String = "k.raw") -> Data? {
    try? Data(contentsOf: directory.appending(path: "cloud/buckets/images/\(key)"))
  }

  /// Uploads that the store or the records know.
  private func unfinished(_ directory: URL) async throws -> String {
    try await run(#""$2" uploads list images CLOUD; "$2" uploads list CLOUD"#, directory).output
  }

  @Test("What another program writes arrives, and its place is printed", arguments: ["", "--size 27000001"])
  func piped(_ option: String) async throws {
    try await withFile { directory in
      let outcome = try await run(#"cat "$1/disk.raw" | "$2" upload - images:k.raw \#(option) CLOUD"#, directory)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output == "images:k.raw\n")
      #expect(outcome.errors.contains("standard input: 25.7 MiB sent in 3 parts"), "\(outcome.errors)")
      #expect(object(directory) == FileManager.default.contents(atPath: directory.path + "/disk.raw"))
      #expect(try await unfinished(directory) == "")
      // Nobody can tell whether another stream has the same bytes, and it is refused before it is read.
      let again = try await run(#"cat "$1/disk.raw" | "$2" upload - images:k.raw CLOUD"#, directory)
      #expect(again.status == 1)
      #expect(again.errors.contains("ObjectExists") && again.errors.contains("--overwrite"), "\(again.errors)")
    }
  }

  @Test(
    "A stream that breaks off is an error where its size is known, one without a byte always; nothing is left",
    arguments: [
      (#"head -c 26000000 "$1/disk.raw""#, "--size 27000001", "bytes before its size"),
      (#"cat "$1/disk.raw""#, "--size 26000000", "gave more bytes"), ("true", "", "ended without a byte"),
    ])
  func wrong(_ writer: String, _ option: String, _ words: String) async throws {
    try await withFile { directory in
      let outcome = try await run(#"\#(writer) | "$2" upload - images:k.raw \#(option) CLOUD"#, directory)
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains("standard input") && outcome.errors.contains(words), "\(outcome.errors)")
      #expect(!outcome.errors.contains("To go on"), "\(outcome.errors)")
      #expect(object(directory) == nil)
      #expect(try await unfinished(directory) == "")
    }
  }

  @Test("Ctrl-C ends with 130, and the store forgets the parts")
  func interrupted() async throws {
    try await withFile { directory in
      let running = try start(
        #"""
        mkfifo "$1/pipe"
        (while cat "$1/disk.raw"; do :; done) > "$1/pipe" &
        exec "$2" upload - images:k.raw --limit-rate 4MB --output json CLOUD < "$1/pipe"
        """#, directory)
      try await running.waitFor("\"stored_parts\":1")
      running.signal(SIGINT)
      let outcome = await running.finish()
      #expect(outcome.status == 130, "\(outcome.errors)")
      #expect(outcome.errors.contains("is of no use"), "\(outcome.errors)")
      #expect(object(directory) == nil)
      #expect(try await unfinished(directory) == "")
    }
  }

  @Test("A file behind < is read as any file: again, nothing is sent")
  func redirected() async throws {
    try await withFile { directory in
      for words in ["sent in", "nothing was sent"] {
        let outcome = try await run(#""$2" upload - images:k.raw CLOUD < "$1/disk.raw""#, directory)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
      }
      #expect(object(directory) == FileManager.default.contents(atPath: directory.path + "/disk.raw"))
      let other = try await run(#""$2" upload - images:o.raw --size 5 CLOUD < "$1/disk.raw""#, directory)
      #expect(other.status == 1)
      #expect(other.errors.contains("standard input has 27000001 bytes, --size says 5"), "\(other.errors)")
      // From somewhere in the middle it is a stream like any other.
      let rest = try await run(
        #"{ head -c 1 > /dev/null; "$2" upload - images:rest.raw CLOUD; } < "$1/disk.raw""#, directory)
      #expect(rest.status == 0, "\(rest.errors)")
      #expect((object(directory, "rest.raw")?.count ?? 0) < Self.size)
    }
  }

  @Test("Standard input that is closed is told at once")
  func closed() async throws {
    try await withFile { directory in
      let closed = try await run(#""$2" upload - images:k CLOUD <&-"#, directory)
      #expect(closed.status == 64 && closed.errors.contains("Standard input is closed"), "\(closed.errors)")
      #expect(object(directory, "k") == nil)
    }
  }

  @Test(
    "Wrong use is told",
    arguments: [
      "upload - images:", "upload - images:a/", "upload x.raw images:k --size 5",
      "upload - images:k --size much", "convert - o.zvhd2", "convert x.raw -", "import - --bucket b --name n",
    ])
  func wrongUse(_ words: String) async throws {
    try await withFile { directory in
      let cloud = words.hasPrefix("convert") ? "" : "CLOUD"
      let outcome = try await run(#""$2" \#(words) \#(cloud) < /dev/null"#, directory)
      #expect(outcome.status == 64, "\(outcome.errors)")
      #expect(outcome.output.isEmpty)
      let expected = words.contains("--size") ? "--size" : "tandard input"
      #expect(outcome.errors.contains(expected), "\(outcome.errors)")
    }
  }
}
