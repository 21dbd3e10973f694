import Foundation
import Workbench

/// The codes of the image service and of object storage that a script and the files it requires have in their text: what it does about those is what a dry run
/// follows first.
enum MentionedCodes {
  /// More than these are not followed.
  private static let most = 12

  /// The codes in the order in which they stand; files are looked for where `require` looks.
  static func find(in script: ScriptFile, directory: String) -> [String] {
    var codes: [String] = []
    var seen: Set<String> = []
    var texts = [String(decoding: script.bytes, as: UTF8.self)]
    while let text = texts.popLast(), seen.count < 100 {
      for match in text.matches(of: /\bIMG\.[0-9]{4}\b/) where !codes.contains(String(match.output)) {
        codes.append(String(match.output))
      }
      for match in text.matches(of: /["']([A-Z][A-Za-z]+)["']/)
      where DryRunQuestion.objectStorage[String(match.output.1)] != nil && !codes.contains(String(match.output.1)) {
        codes.append(String(match.output.1))
      }
      for match in text.matches(of: /require[ \t(]*["']([A-Za-z0-9_.\-]+)["']/) {
        let name = String(match.output.1)
        guard seen.insert(name).inserted else { continue }
        let path = name.replacing(".", with: "/")
        for base in [directory.isEmpty ? "." : directory, "lua"] {
          let files = ["\(base)/\(path).lua", "\(base)/\(path)/init.lua"]
          if let found = files.lazy.compactMap({ try? ScriptFile(path: $0) }).first {
            texts.append(String(decoding: found.bytes, as: UTF8.self))
            break
          }
        }
      }
    }
    return Array(codes.prefix(most))
  }
}
