import Foundation
import Testing

@testable import PluginHost

@Suite("The plugins that come with the program")
struct BundledPluginTests {
  static let place = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "lua/plugins")
  static let names = PluginFinder(directories: [place.path]).names

  @Test("Every one has a manifest without mistakes and loads with what its tests configure", arguments: names)
  func loads(name: String) async throws {
    try await withBench(environment: ["SECRET": "https://hooks.example.com/x"]) { bench in
      let directory = Self.place.appending(path: name).path
      let files = try PluginFiles(directory: directory)
      let bytes = try #require(files.contents[PluginManifest.fileName])
      let manifest = try PluginManifest.read(bytes, place: name, directory: bench.directory.path)
      #expect(manifest.name == name && !manifest.description.isEmpty)
      #expect(manifest.config.allSatisfy { !$0.doc.isEmpty })
      let secrets = manifest.config.filter { $0.kind == .secret && $0.isRequired }.map(\.name)
      let host = try await bench.host("plugins: []") { settings in
        settings.entries = [PluginEntry(path: directory, place: "test")]
        settings.isTesting = true
        for secret in secrets { try settings.assign("\(name).\(secret)=env:SECRET") }
      }
      #expect(host.names == [name])
      await host.finish()
    }
  }

  @Test("There are some")
  func present() { #expect(Self.names.count >= 6) }
}
