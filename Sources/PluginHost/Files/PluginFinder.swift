import Foundation

/// Where plugins are looked for by name.
public struct PluginFinder: Sendable {
  /// Directories that hold plugins, in order.
  public var directories: [String]

  public init(directories: [String]) { self.directories = directories }

  /// `plugins` beside the project file, those of the user, then those that came with the program.
  public static func standard(project: String, environment: [String: String], bundled: [String]) -> PluginFinder {
    var directories = [project + "/plugins"]
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
      directories.append(data + "/slipway/plugins")
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      directories.append(home + "/.local/share/slipway/plugins")
    }
    return PluginFinder(directories: directories + bundled)
  }

  /// Where the plugins are that came with a program: beside an installed one, in the source tree of one that was just built.
  public static func bundled(executable: String) -> [String] {
    var directory = URL(filePath: executable).resolvingSymlinksInPath().deletingLastPathComponent()
    var found = [directory.deletingLastPathComponent().appending(path: "share/slipway/plugins").path]
    for _ in 0..<4 {
      if directory.lastPathComponent.hasPrefix(".build") {
        found.append(directory.deletingLastPathComponent().appending(path: "lua/plugins").path)
        break
      }
      directory = directory.deletingLastPathComponent()
    }
    return found.filter { FileManager.default.fileExists(atPath: $0) }
  }

  /// The directory of a plugin; nil when there is none of that name.
  public func find(_ name: String) -> String? {
    directories.map { $0 + "/" + name }.first {
      FileManager.default.fileExists(atPath: $0 + "/" + PluginManifest.fileName)
    }
  }

  /// The names of all plugins on the path.
  public var names: [String] {
    Set(
      directories.flatMap { directory in
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter {
          PluginAPI.isName($0)
            && FileManager.default.fileExists(atPath: directory + "/" + $0 + "/" + PluginManifest.fileName)
        }
      }
    ).sorted()
  }
}
