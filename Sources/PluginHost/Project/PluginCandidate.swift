import LuaHost

/// A plugin as far as it could be made ready without running any of it.
public struct PluginCandidate: Sendable {
  /// How it stands to the lock.
  public enum LockState: String, Sendable {
    /// There is no lock.
    case none
    case locked
    case changed
    case missing
  }

  public var entry: PluginEntry
  /// Where it was found.
  public var directory: String?
  public var manifest: PluginManifest?
  public var files: PluginFiles?
  public var problems: [PluginProblem] = []
  public var lock = LockState.none
  public var granted: [Capability] = []
  var config = LuaTable()

  init(entry: PluginEntry) { self.entry = entry }

  public var name: String { manifest?.name ?? entry.shown }
  public var isLoadable: Bool { problems.isEmpty && manifest != nil && !entry.isDisabled }

  /// What it asks for and has not been granted, and cannot do without.
  public var missing: [PluginManifest.Request] { ungranted.filter { !$0.isOptional } }

  /// What it asks for and has not been granted.
  public var ungranted: [PluginManifest.Request] {
    (manifest?.requests ?? []).filter { request in !granted.contains { $0.overlaps(request.capability) } }
  }

  /// What was granted though it does not ask for it.
  public var superfluous: [Capability] {
    granted.filter { grant in !(manifest?.requests ?? []).contains { $0.capability.overlaps(grant) } }
  }
}
