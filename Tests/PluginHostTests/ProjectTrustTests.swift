import Foundation
import Testing

@testable import PluginHost

@Suite("What a project file grants counts when its user has allowed it")
struct ProjectTrustTests {
  private let project = "plugins: [{ name: reader, grant: ['fs.read:data'] }]"

  private func make(_ bench: PluginBench) throws {
    try bench.plugin(
      "reader", "return { before_submit = function() return require 'fs'.read 'data/x' == 'x' end }",
      manifest: "hooks: [before_submit]\ncapabilities: ['fs.read:data']")
    try bench.write("data/x", "x")
  }

  private func trust(_ bench: PluginBench, _ more: [String: String] = [:], all: Bool = false) -> ProjectTrust {
    ProjectTrust(environment: ["XDG_STATE_HOME": bench.path("state")].merging(more) { $1 }, trustsAll: all)
  }

  @Test("Unknown, allowed, changed, allowed again, taken back")
  func standings() async throws {
    try await withBench { bench in
      try make(bench)
      func standing() throws -> ProjectTrust.Standing {
        trust(bench).standing(of: try ProjectFile.find(from: bench.directory.path))
      }
      func allow() throws { try trust(bench).allow(try ProjectFile.find(from: bench.directory.path)) }
      try bench.write("slipway.yaml", "plugins: [reader]")
      #expect(try standing() == .allowed, "it grants nothing")
      try bench.write("slipway.yaml", project)
      #expect(try standing() == .unknown)
      try allow()
      #expect(try standing() == .allowed)
      try bench.write("slipway.yaml", project + "\n")
      #expect(try standing() == .changed)
      try allow()
      // With a lock the plugins are part of what was allowed.
      try bench.write(PluginLock.fileName, "plugins: {}\n")
      #expect(try standing() == .changed)
      try allow()
      #expect(try standing() == .allowed)
      #expect(trust(bench).revoke(try ProjectFile.find(from: bench.directory.path)))
      #expect(try standing() == .unknown)
    }
  }

  @Test("What is remembered is the user's own: a link, a file that others may write and another project's do not count")
  func remembered() async throws {
    try await withBench { bench in
      try make(bench)
      try bench.write("slipway.yaml", project)
      let file = try ProjectFile.find(from: bench.directory.path)
      try trust(bench).allow(file)
      let directory = bench.path("state/slipway/allowed")
      let name = try #require(try FileManager.default.contentsOfDirectory(atPath: directory).first)
      let place = directory + "/" + name
      #expect(chmod(place, 0o666) == 0)
      #expect(trust(bench).standing(of: file) == .unknown)
      #expect(chmod(place, 0o600) == 0)
      #expect(trust(bench).standing(of: file) == .allowed)
      // The same file elsewhere is another project.
      try FileManager.default.createDirectory(atPath: bench.path("clone"), withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: bench.path("slipway.yaml"), toPath: bench.path("clone/slipway.yaml"))
      #expect(trust(bench).standing(of: try ProjectFile(path: bench.path("clone/slipway.yaml"))) == .unknown)
      try FileManager.default.moveItem(atPath: place, toPath: bench.path("moved"))
      try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: bench.path("moved"))
      #expect(trust(bench).standing(of: file) == .unknown)
      #expect(trust(bench, all: true).standing(of: file) == .allowed)
      #expect(trust(bench, [ProjectTrust.variable: "1"]).standing(of: file) == .allowed)
      #expect(trust(bench, [ProjectTrust.variable: "0"]).standing(of: file) == .unknown)
      let homeless = ProjectTrust(environment: [:])
      #expect(homeless.standing(of: file) == .unknown)
      #expect(throws: PluginFailure.self) { try homeless.allow(file) }
    }
  }

  @Test("A plan without permission refuses the plugin, names the command, and takes grants of the command line")
  func plan() async throws {
    try await withBench { bench in
      try make(bench)
      let refused = await bench.problems(project) { $0.standing = .unknown }
      #expect(refused.count == 1 && refused[0].message.contains("nobody has allowed this file yet"), "\(refused)")
      #expect(refused[0].hint?.contains("`slipway plugin allow`") == true && refused[0].line == 1)
      let changed = await bench.problems(project) { $0.standing = .changed }
      #expect(changed.first?.message.contains("has changed since it was allowed") == true)
      let given = await bench.problems(project) { settings in
        settings.standing = .unknown
        try settings.grant("reader=fs.read:data", workingDirectory: bench.directory.path)
      }
      #expect(given.isEmpty, "\(given)")
      #expect(await bench.problems(project).isEmpty)
    }
  }
}
