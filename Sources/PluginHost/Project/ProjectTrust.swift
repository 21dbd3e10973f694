import Crypto
import Foundation

/// Which project files the user has allowed to grant things to plugins.
///
/// A repository that somebody clones brings its plugins and the file that grants to them from the same hands, so grants in a project file count
/// only once the user has allowed that file as it is; a changed file or lock has to be allowed anew. It is remembered in the user's own state
/// directory, a small file for each project.
public struct ProjectTrust: Sendable {
  /// How a project file stands.
  public enum Standing: Sendable, Equatable {
    /// It grants nothing, or what it grants counts.
    case allowed
    /// Nobody has allowed it.
    case unknown
    /// It, or the lock beside it, was another one when it was allowed.
    case changed
  }

  /// The variable that allows every project, for pipelines.
  public static let variable = "SLIPWAY_TRUST_GRANTS"

  private let directory: String?
  private let trustsAll: Bool

  /// With `trustsAll` every file counts as allowed, as with the variable set to 1.
  public init(environment: [String: String], trustsAll: Bool = false) {
    self.trustsAll = trustsAll || environment[Self.variable] == "1"
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      directory = state + "/slipway/allowed"
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      directory = home + "/.local/state/slipway/allowed"
    } else {
      directory = nil
    }
  }

  /// Whether what a project file grants counts.
  public func standing(of project: ProjectFile) -> Standing {
    guard !project.grants.isEmpty, !trustsAll else { return .allowed }
    guard let place = place(of: project), let known = Self.read(place) else { return .unknown }
    return known == Self.digest(project) ? .allowed : .changed
  }

  /// Remembers that a project file may grant what it grants as it is.
  ///
  /// - Throws: ``PluginFailure``.
  public func allow(_ project: ProjectFile) throws {
    guard let directory, let place = place(of: project) else {
      throw PluginFailure([
        PluginProblem(
          place: project.path ?? ProjectFile.fileName,
          message: "nothing says where to remember that it is allowed: neither XDG_STATE_HOME nor HOME is set",
          hint: "\(Self.variable)=1 allows it for one command")
      ])
    }
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      try Data("\(Self.digest(project))\n\(project.path ?? "")\n".utf8).write(
        to: URL(filePath: place), options: .atomic)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: place)
    } catch {
      throw PluginFailure([
        PluginProblem(place: place, message: "it cannot be remembered there: \(error.localizedDescription)")
      ])
    }
  }

  /// Forgets that a project file was allowed.
  ///
  /// - Returns: whether it was.
  @discardableResult
  public func revoke(_ project: ProjectFile) -> Bool {
    guard let place = place(of: project) else { return false }
    return unlink(place) == 0
  }

  /// Where it is remembered, by the file's real path.
  private func place(of project: ProjectFile) -> String? {
    guard let directory, let path = project.path else { return nil }
    let real = URL(filePath: path).resolvingSymlinksInPath().path
    return directory + "/" + Self.hex(SHA256.hash(data: Data(real.utf8)))
  }

  /// What is remembered; nil for what somebody else could have put there.
  private static func read(_ place: String) -> String? {
    let file = open(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_uid == geteuid(),
      facts.st_mode & 0o022 == 0
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: 64)
    guard Foundation.read(file, &bytes, bytes.count) == bytes.count else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A SHA-256 over the project file and the lock beside it, hexadecimal: with a lock the plugins themselves are part of what is allowed.
  private static func digest(_ project: ProjectFile) -> String {
    var sum = SHA256()
    let lock = FileManager.default.contents(atPath: project.lockPath)
    sum.update(data: Data("\(project.content.count) \(lock?.count ?? -1)\n".utf8))
    sum.update(data: Data(project.content))
    sum.update(data: lock ?? Data())
    return hex(sum.finalize())
  }

  private static func hex(_ digest: SHA256.Digest) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension ProjectFile {
  /// What the file grants, to which plugin; disabled ones get nothing.
  public var grants: [(plugin: String, capability: Capability)] {
    plugins.filter { !$0.isDisabled }.flatMap { entry in entry.grants.map { (entry.shown, $0.capability) } }
  }
}
