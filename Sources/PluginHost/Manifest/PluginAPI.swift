/// What plugins are written against.
public enum PluginAPI {
  /// The version of hooks, manifest and the module `plugin`; a manifest's `api` must contain it.
  public static let version = SemanticVersion(1, 0, 0)

  /// What a plugin's name is made of: it is part of Lua expressions, file names and options.
  public static func isName(_ name: String) -> Bool {
    (1...40).contains(name.utf8.count) && name.utf8.first.map { (0x61...0x7A).contains($0) } == true
      && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
  }

  static let nameRule = "a to z, 0 to 9 and _, beginning with a letter, at most 40"
}
