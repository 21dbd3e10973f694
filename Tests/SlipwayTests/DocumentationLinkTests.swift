import Foundation
import Testing

/// Every link of the repository's Markdown leads somewhere; `scripts/docs` checks the same of what it renders.
@Suite("Links in the documentation")
struct DocumentationLinkTests {
  /// All pages, by their path from the root.
  static let pages: [String] = {
    var paths = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    for folder in ["docs", "lua"] {
      let all = FileManager.default.enumerator(atPath: Tool.root.appending(path: folder).path)
      while let path = all?.nextObject() as? String {
        if path.hasSuffix(".md") { paths.append("\(folder)/\(path)") }
      }
    }
    return paths.sorted()
  }()

  /// What is wrong with the links of a page below a directory, a line each.
  static func faults(_ path: String, below root: URL, known: inout [String: MarkdownPage]) throws -> [String] {
    func page(_ path: String) -> MarkdownPage? {
      if let page = known[path] { return page }
      let page = (try? String(contentsOf: root.appending(path: path), encoding: .utf8)).map(MarkdownPage.init)
      known[path] = page
      return page
    }
    guard let text = page(path) else { return ["\(path): cannot be read"] }
    return text.links.compactMap { link in
      let place = "\(path):\(link.line): \(link.target): "
      if let scheme = link.target.prefixMatch(of: /([a-z][a-z0-9+.-]*):/) {
        let isSound = ["http", "https", "mailto"].contains(scheme.1) && URL(string: link.target) != nil
        return isSound ? nil : place + "is no address"
      }
      guard !link.target.isEmpty, !link.target.hasPrefix("/") else { return place + "expected a relative path" }
      let halves = link.target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      var target = path
      if !halves[0].isEmpty {
        let name = halves[0].removingPercentEncoding ?? halves[0]
        let folder = (path as NSString).deletingLastPathComponent
        target = ("/" + folder + "/" + name as NSString).standardizingPath
        // As many steps up as there are folders, and no more.
        let depth = folder.split(separator: "/").count
        let ups = name.split(separator: "/").count { $0 == ".." }
        guard ups <= depth else { return place + "leads out of the repository" }
        target = String(target.drop { $0 == "/" })
      }
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: root.appending(path: target).path, isDirectory: &isFolder) else {
        return place + "there is no such file"
      }
      if isFolder.boolValue {
        target += "/README.md"
        guard page(target) != nil else { return place + "is a folder without README.md" }
      }
      guard halves.count > 1 else { return nil }
      guard target.hasSuffix(".md"), let anchors = page(target)?.anchors else {
        return place + "an anchor in what is no page"
      }
      return anchors.contains(halves[1]) ? nil : place + "\(target) has no such heading"
    }
  }

  @Test("Every link leads to a file that is there, and to a heading in it")
  func links() throws {
    #expect(Self.pages.count > 35)
    var known: [String: MarkdownPage] = [:]
    for path in Self.pages {
      let faults = try Self.faults(path, below: Tool.root, known: &known)
      #expect(faults == [])
    }
    #expect(known.values.reduce(0) { $0 + $1.links.count } > 300)
  }

  @Test("A broken link is found, and told with its line", .timeLimit(.minutes(1)))
  func broken() async throws {
    try await withTemporaryDirectory { root in
      try FileManager.default.createDirectory(at: root.appending(path: "docs/empty"), withIntermediateDirectories: true)
      try "# One\n\n## What's `new`?\n## Two\n## Two\n```\n# none\n```\n".write(
        to: root.appending(path: "docs/a.md"), atomically: true, encoding: .utf8)
      try """
      [good](docs/a.md) [good](docs/a.md#two-1) [good](docs/a.md#whats-new) [good](https://example.com/x#y)
      [text
      over lines](docs/b.md) `[code](docs/c.md)` ![picture](docs/d.png)
      ```Lua
      [fenced](docs/e.md)
      ```
      [ref]: docs/f.md
      [a](docs/a.md#none) [b](#here) [c](docs/a.md#two-2) [d](../x) [e](docs/../../y) [f](docs/empty) [g](/etc/passwd)
      [h](docs/A.md) [`code` in [brackets]](docs/g.md "title") [i](ftp://example.com) <a href="docs/h.md">h</a> []()
      """.write(to: root.appending(path: "README.md"), atomically: true, encoding: .utf8)
      var known: [String: MarkdownPage] = [:]
      let faults = try Self.faults("README.md", below: root, known: &known)
      let found = faults.map { $0.split(separator: ":", maxSplits: 3).prefix(3).joined(separator: ":") }
      #expect(
        Set(found) == [
          "README.md:3: docs/b.md", "README.md:3: docs/d.png", "README.md:7: docs/f.md", "README.md:8: docs/a.md#none",
          "README.md:8: #here", "README.md:8: docs/a.md#two-2", "README.md:8: ../x", "README.md:8: docs/../../y",
          "README.md:8: docs/empty", "README.md:8: /etc/passwd", "README.md:9: docs/A.md", "README.md:9: docs/g.md",
          "README.md:9: ftp", "README.md:9: docs/h.md", "README.md:9: ",
        ])
    }
  }

  @Test("The pages that the rendered documentation puts in order are there")
  func order() throws {
    let list = try String(contentsOf: Tool.root.appending(path: "scripts/data/site/pages.txt"), encoding: .utf8)
    let named = list.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.contains("*") }
    #expect(named.count > 20)
    for path in named.map({ String($0.dropFirst(2)) }) { #expect(Self.pages.contains(path), "\(path)") }
  }
}
