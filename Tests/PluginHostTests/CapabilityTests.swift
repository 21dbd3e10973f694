import Foundation
import ScriptAPI
import Testing

@testable import PluginHost

@Suite("Capabilities")
struct CapabilityTests {
  @Test(
    "A capability covers what it names and nothing beside it",
    arguments: [
      ("net:example.com", "net example.com 443", true), ("net:example.com", "net example.com 80", true),
      ("net:example.com", "net example.com 8443", false), ("net:example.com:*", "net example.com 8443", true),
      ("net:example.com", "net evil.example.com 443", false), ("net:*.example.com", "net a.b.example.com 443", true),
      ("net:*.example.com", "net example.com 443", false), ("net:*.example.com", "net evilexample.com 443", false),
      ("net:*", "net anything 443", true), ("net:[::1]:8080", "net ::1 8080", true),
      ("fs.read:/data", "read /data/a/b", true), ("fs.read:/data", "read /data", true),
      ("fs.read:/data", "read /database", false), ("fs.read:/data", "write /data/a", false),
      ("fs.read:*", "read /etc/passwd", true), ("fs.write:/data", "read /data/a", false),
      ("env:TOKEN", "env TOKEN", true), ("env:TOKEN", "env TOKENS", false), ("env:AWS_*", "env AWS_KEY", true),
      ("obs.read:images", "obsread images", true), ("obs.read:images", "obswrite images", false),
      ("ims.read", "ims read", true), ("ims.submit", "ims delete", false),
    ])
  func covering(capability: String, need: String, expected: Bool) throws {
    #expect(try Capability(capability, directory: "/").covers(Self.need(need)) == expected)
  }

  private static func need(_ text: String) throws -> AccessNeed {
    let words = text.split(separator: " ").map(String.init)
    switch words[0] {
    case "net": return .network(host: words[1], port: try #require(Int(words[2])))
    case "read": return .readFile(words[1])
    case "write": return .writeFile(words[1])
    case "env": return .environment(words[1])
    case "obsread": return .readObjects(bucket: words[1])
    case "obswrite": return .writeObjects(bucket: words[1])
    default: return .images(try #require(AccessNeed.ImageUse(rawValue: words[1])))
    }
  }

  @Test(
    "What is no capability is refused",
    arguments: [
      "", "net", "net:", "net:http://x", "net:a/b", "net:x:99999", "net:a b", "net:*.*", "net:[::1", "fs.read",
      "fs.read:",
      "fs.exec:/", "env:A-B", "env:*A", "ims.all", "ims.read:x", "obs.read:A_B", "fs.read:/a\u{0}b", "fs.read:/a/*",
    ])
  func refused(text: String) { #expect(throws: Capability.Malformed.self) { try Capability(text, directory: "/") } }

  @Test("A broad request and a narrow grant allow what is in both")
  func both() throws {
    let access = PluginAccess(
      plugin: "x", asked: [try Capability("net:*", directory: "/")],
      granted: [try Capability("net:hooks.example.com", directory: "/"), try Capability("env:HOME", directory: "/")],
      report: { _ in })
    try access.check(.network(host: "hooks.example.com", port: 443))
    #expect(throws: ScriptFailure.self) { try access.check(.network(host: "evil.com", port: 443)) }
    // Granted, but never asked for.
    #expect(throws: ScriptFailure.self) { try access.check(.environment("HOME")) }
  }

  @Test("Directories are compared by their real paths")
  func links() async throws {
    try await withBench { bench in
      try bench.write("real/data/file", "")
      try FileManager.default.createSymbolicLink(atPath: bench.path("link"), withDestinationPath: bench.path("real"))
      let capability = try Capability("fs.read:link/data", directory: bench.directory.path)
      #expect(capability.covers(.readFile(bench.path("real/data/file"))))
      #expect(
        try Capability("fs.read:real/data/../data/./sub", directory: bench.directory.path).covers(
          .readFile(bench.path("real/data/sub/x"))))
    }
  }
}
