import Foundation

/// The files that a path at the cursor may become.
enum FileNames {
  private static let limit = 500

  /// Paths that begin with `text`, directories with a slash at the end; hidden ones only after a period.
  static func values(_ text: String, from directory: String, extensions: [String] = []) -> [String] {
    let slash = text.lastIndex(of: "/")
    let place = slash.map { String(text[...$0]) } ?? ""
    let beginning = slash.map { String(text[text.index(after: $0)...]) } ?? text
    var path = place.hasPrefix("/") ? place : directory + "/" + place
    if place.hasPrefix("~/"), let home = ProcessInfo.processInfo.environment["HOME"] { path = home + place.dropFirst() }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return [] }
    return names.filter {
      $0.lowercased().hasPrefix(beginning.lowercased()) && ($0.first != "." || beginning.first == ".")
    }
    .sorted().prefix(limit).compactMap { name in
      var facts = stat()
      guard stat(path + "/" + name, &facts) == 0 else { return nil }
      if facts.st_mode & S_IFMT == S_IFDIR { return place + name + "/" }
      let isWanted = extensions.isEmpty || extensions.contains { name.hasSuffix("." + $0) }
      return isWanted ? place + name : nil
    }
  }
}
