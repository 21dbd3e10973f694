import Foundation

/// `slipway.yaml`: what belongs to a project, for all who work in it.
public struct ProjectFile: Sendable {
  public static let fileName = "slipway.yaml"

  /// The file; nil for a project without one.
  public var path: String?
  /// The directory of the file, or the working directory.
  public var directory: String
  public var plugins: [PluginEntry] = []
  public var settings = ProjectSettings()
  /// The file as it was read: what is allowed is what counts.
  public private(set) var content: [UInt8] = []

  /// A project without a file.
  public init(directory: String) { self.directory = directory }

  /// The lock beside the project file.
  public var lockPath: String { directory + "/" + PluginLock.fileName }

  /// Finds the project file in a directory or above; one above that belongs to somebody else is refused, since it decides what runs.
  ///
  /// - Throws: ``PluginFailure`` with every mistake.
  public static func find(from directory: String) throws -> ProjectFile {
    var place = directory
    while true {
      let path = place == "/" ? "/" + fileName : place + "/" + fileName
      var facts = stat()
      if stat(path, &facts) == 0 {
        let owner = facts.st_uid
        guard place == directory || owner == 0 || owner == geteuid() else {
          throw PluginFailure([
            PluginProblem(
              place: path, message: "the project file above the working directory belongs to another user",
              hint: "if you trust it, name it: --project \(path)")
          ])
        }
        return try ProjectFile(path: path, place: place == directory ? fileName : path)
      }
      guard place != "/", let slash = place.lastIndex(of: "/") else { return ProjectFile(directory: directory) }
      place = slash == place.startIndex ? "/" : String(place[..<slash])
    }
  }

  /// Reads a project file; `place` is what messages call it.
  ///
  /// - Throws: ``PluginFailure`` with every mistake.
  public init(path: String, place: String? = nil) throws {
    let place = place ?? path
    let absolute = URL(filePath: path).standardizedFileURL
    self.path = absolute.path
    directory = absolute.deletingLastPathComponent().path
    guard let data = FileManager.default.contents(atPath: path) else {
      throw PluginFailure([
        PluginProblem(place: place, message: "the project file cannot be read", hint: "is there a file of that name?")
      ])
    }
    content = Array(data)
    guard let root = try YAMLNode.parse(Array(data), place: place) else { return }
    var reader = ProjectReader(reader: NodeReader(place: place), directory: directory)
    (settings, plugins) = reader.readAll(root)
    guard reader.reader.problems.isEmpty else {
      // In the order of the file, as it will be read beside it.
      throw PluginFailure(
        reader.reader.problems.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) })
    }
  }
}
