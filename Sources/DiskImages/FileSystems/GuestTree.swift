/// Finds files by their paths, as the guest would: links are followed, and never lead out of its file system.
struct GuestTree {
  /// Links on the way to one file.
  private static let mostLinks = 12
  /// Names on the way to one file, those in links included.
  private static let mostNames = 96

  let fileSystem: any GuestFileSystem
  private let root: GuestNode

  init(_ fileSystem: any GuestFileSystem, root: GuestNode? = nil) throws {
    self.fileSystem = fileSystem
    self.root = try root ?? fileSystem.root()
  }

  /// What the path leads to; nil where it leads to nothing, round in circles, or through something damaged.
  func find(_ path: String) throws -> GuestNode? {
    var way = [root]
    var rest = Array(Self.names(Array(path.utf8)).reversed())
    var (links, names) = (0, 0)
    while let name = rest.popLast() {
      names += 1
      guard names <= Self.mostNames, let here = way.last, here.kind == .directory else { return nil }
      if name == [0x2E, 0x2E] {
        if way.count > 1 { way.removeLast() }
        continue
      }
      guard let next = try fileSystem.lookUp(name, in: here) else { return nil }
      guard next.kind == .link else {
        way.append(next)
        continue
      }
      links += 1
      guard links <= Self.mostLinks else { return nil }
      let target = try fileSystem.content(of: next, limit: 4096).prefix { $0 != 0 }
      guard !target.isEmpty else { return nil }
      if target.first == 0x2F { way = [root] }
      rest += Self.names(Array(target)).reversed()
    }
    return way.last
  }

  /// The first bytes of the file at `path`; nil where no file is.
  func bytes(_ path: String, limit: Int = 65536) throws -> [UInt8]? {
    guard let node = try find(path), node.kind == .file else { return nil }
    return try fileSystem.content(of: node, limit: limit)
  }

  private static func names(_ path: [UInt8]) -> [[UInt8]] {
    path.split(separator: 0x2F).filter { $0 != [0x2E] }.map(Array.init)
  }
}
