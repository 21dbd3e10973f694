import Foundation
import Testing

/// The examples run as they stand, on the images that the script makes.
@Suite("The examples")
struct ExamplesTests {
  @Test("first.lua, seed_requests.lua and fleet.lua end as they promise", .timeLimit(.minutes(5)))
  func examples() async throws {
    try await withExampleCloud { directory in
      func run(_ name: String) async throws -> Tool.Outcome {
        try await Tool.run(["run", "--local-cloud", directory.path, "lua/examples/\(name).lua"])
      }
      let first = try await run("first")
      #expect(first.status == 0, "\(first.errors)")
      #expect(first.output.hasSuffix("\tubuntu-22.04-golden\n"))

      let seed = try await run("seed_requests")
      #expect(seed.status == 0, "\(seed.errors)")
      #expect(seed.output.count(of: "SUCCESS: ims_test_file, min_disk 40, status active") == 4, "\(seed.output)")
      #expect(seed.output.count(of: "refused: image_url (rule 19, IMG.0158)") == 2, "\(seed.output)")
      #expect(seed.output.count(of: "hint:") == 2)

      // Twice: the second run makes room first and ends the same.
      for _ in 1...2 {
        let fleet = try await run("fleet")
        #expect(fleet.status == 1, "\(fleet.errors)")
        #expect(fleet.output.hasSuffix("11 images, 3 rows failed\n"), "\(fleet.output)")
        #expect(fleet.output.contains("second try, min_disk 80"))
        for text in ["IMG.0121", "IMG.0158", "name, IMG.0003"] {
          #expect(fleet.output.contains(text), "\(text)\n\(fleet.output)")
        }
      }
    }
  }
}

extension String {
  /// How often a text occurs.
  func count(of text: String) -> Int { components(separatedBy: text).count - 1 }
}
