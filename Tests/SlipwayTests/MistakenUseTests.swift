import Foundation
import Testing

@testable import slipway

@Suite("Mistaken command lines")
struct MistakenUseTests {
  @Test(
    "An input file that is not there, is a directory or may not be read is wrong use, in every command alike",
    arguments: [
      ["convert", "FILE", "out.zvhd2"], ["upload", "FILE", "images:x"],
      ["import", "FILE", "--bucket", "images", "--name", "x"],
      ["import", "FILE", "--bucket", "images", "--name", "x", "--dry-run"],
    ])
  func inputs(words: [String]) async throws {
    try await withTemporaryDirectory { directory in
      let closed = directory.appending(path: "closed.raw")
      try Data([1]).write(to: closed)
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: closed.path)
      var cases = [("missing.raw", "there is no file"), (".", "is a directory")]
      if geteuid() != 0 { cases.append((closed.path, "cannot be read: Permission denied")) }
      for (file, text) in cases {
        let outcome = try await Tool.run(words.map { $0 == "FILE" ? file : $0 }, directory: directory)
        #expect(outcome.status == 64, "\(file): \(outcome)")
        #expect(outcome.errors.contains(text) && outcome.output.isEmpty, "\(file): \(outcome)")
      }
    }
  }

  @Test("A word that is no UTF-8 is refused instead of meaning another file")
  func encoding() async throws {
    try await withTemporaryDirectory { directory in
      let outcome = try await Tool.run(
        ["-c", #": > "$(printf 'a\377.lua')"; exec "$0" run "$(printf 'a\377.lua')""#, Tool.binary.path],
        directory: directory, executable: URL(filePath: "/bin/sh"))
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("word 2 of the command line is not UTF-8"), "\(outcome)")
    }
  }

  @Test("check counts the files it has looked at")
  func unreadable() async throws {
    try await withTemporaryDirectory { directory in
      try "return 1".write(to: directory.appending(path: "a.lua"), atomically: true, encoding: .utf8)
      try FileManager.default.createDirectory(
        at: directory.appending(path: "d.lua"), withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: directory.appending(path: "b.lua").path, withDestinationPath: "/proc/self/mem")
      let outcome = try await Tool.run(["check", "a.lua", "b.lua"], directory: directory)
      #expect(outcome.status == 64 && outcome.errors.contains("in 1 file"), "\(outcome)")
    }
  }

  @Test("A ledger that is not there yet is told from one without records")
  func ledger() async throws {
    let outcome = try await Tool.run(["jobs", "--ledger", "/nonexistent/ledger.sqlite"])
    #expect(outcome.status == 0 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("there is no ledger yet at /nonexistent/ledger.sqlite"), "\(outcome)")
  }

  @Test("What the system refuses is told in its words")
  func system() async throws {
    let outcome = try await Tool.run(["types", "/dev/null/types"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("Not a directory") && !outcome.errors.contains("could not be completed"))
  }

  @Test("A file of authorities that is not there is a mistake in the configuration, for doctor as well")
  func authorities() async throws {
    try await withTemporaryDirectory { directory in
      let clouds = """
        clouds:
          c:
            region_name: eu-de
            cacert: /nonexistent/ca.pem
            auth: {auth_url: "https://127.0.0.1:9", project_name: eu-de, username: u, password: p, user_domain_name: d}
        """
      try clouds.write(to: directory.appending(path: "clouds.yaml"), atomically: true, encoding: .utf8)
      try "require('ims').quota()".write(
        to: directory.appending(path: "q.lua"), atomically: true, encoding: .utf8)
      for words in [["run", "q.lua", "--cloud", "c"], ["doctor", "--cloud", "c", "--offline"]] {
        let outcome = try await Tool.run(words, directory: directory)
        #expect(outcome.status == 78, "\(outcome)")
        #expect((outcome.output + outcome.errors).contains("/nonexistent/ca.pem does not exist"), "\(outcome)")
      }
    }
  }
}
