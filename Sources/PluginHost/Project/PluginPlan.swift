import Foundation
import LuaHost

/// Which plugins a session is to have, each read, checked against the lock, configured and granted; nothing of them has run yet.
public struct PluginPlan: Sendable {
  public private(set) var candidates: [PluginCandidate] = []
  /// Mistakes that belong to no plugin.
  public private(set) var general: [PluginProblem] = []

  /// Every mistake, in the order of the plugins.
  public var problems: [PluginProblem] { general + candidates.filter { !$0.entry.isDisabled }.flatMap(\.problems) }

  private let settings: PluginSettings
  private let lock: PluginLock?

  /// Reads everything.
  public init(_ settings: PluginSettings) async {
    self.settings = settings
    do {
      lock = settings.keepsLock ? try PluginLock.read(settings.project.lockPath) : nil
    } catch {
      lock = nil
      general += (error as? PluginFailure)?.problems ?? []
    }
    for entry in settings.entries { add(await candidate(entry)) }
    let named = Set(candidates.compactMap { $0.manifest?.name })
    for entry in settings.project.plugins {
      // One that the command line names by its directory stands in for that of the project, with its settings.
      if let name = entry.name, named.contains(name),
        let index = candidates.firstIndex(where: { $0.manifest?.name == name })
      {
        var merged = entry
        merged.path = candidates[index].entry.path
        merged.isDisabled = false
        candidates[index] = await candidate(merged)
      } else if !settings.takesNamedOnly {
        add(await candidate(entry))
      }
    }
    checkOptions()
  }

  private mutating func add(_ candidate: PluginCandidate) {
    if let name = candidate.manifest?.name, !candidate.entry.isDisabled,
      let other = candidates.first(where: { $0.manifest?.name == name && !$0.entry.isDisabled })
    {
      var candidate = candidate
      candidate.problems.append(
        PluginProblem(
          place: candidate.directory ?? candidate.entry.shown,
          message: "there is a plugin '\(name)' already, in \(other.directory ?? "?")"))
      candidates.append(candidate)
    } else {
      candidates.append(candidate)
    }
  }

  private mutating func checkOptions() {
    let names = candidates.filter { !$0.entry.isDisabled }.map(\.name)
    let uses = settings.assignments.map { ($0.plugin, $0.place) } + settings.grants.map { ($0.plugin, $0.place) }
    for (name, place) in uses where !names.contains(name) {
      general.append(
        PluginProblem(
          place: place, message: "there is no plugin '\(name)' in this session",
          hint: names.isEmpty ? "name it in slipway.yaml, or with --plugin DIR" : NodeReader.suggestion(name, names)))
    }
  }

  // MARK: One plugin

  private func candidate(_ entry: PluginEntry) async -> PluginCandidate {
    var candidate = PluginCandidate(entry: entry)
    func note(_ message: String, hint: String? = nil) {
      candidate.problems.append(
        PluginProblem(
          place: entry.place, line: entry.node?.line, column: entry.node?.column, message: message, hint: hint))
    }
    guard let directory = entry.path ?? entry.name.flatMap(settings.finder.find) else {
      let known = settings.finder.names
      note(
        "there is no plugin '\(entry.shown)'",
        hint: known.isEmpty
          ? "looked in \(settings.finder.directories.joined(separator: ", "))"
          : NodeReader.suggestion(entry.shown, known))
      return candidate
    }
    candidate.directory = directory
    do {
      let files = try PluginFiles(directory: directory)
      candidate.files = files
      guard let bytes = files.contents[PluginManifest.fileName] else {
        note(
          "there is no \(PluginManifest.fileName) in '\(directory)'", hint: "`slipway plugin new NAME` makes a plugin")
        return candidate
      }
      let place = files.place(PluginManifest.fileName)
      let manifest = try PluginManifest.read(bytes, place: place, directory: settings.project.directory)
      candidate.manifest = manifest
      if let name = entry.name, name != manifest.name {
        note("the plugin in '\(directory)' is called '\(manifest.name)', not '\(name)'")
      }
      candidate.problems += Self.fileProblems(manifest, files)
      checkLock(&candidate, manifest, files)
      grant(&candidate, manifest)
      await configure(&candidate, manifest)
    } catch {
      candidate.problems +=
        (error as? PluginFailure)?.problems ?? [PluginProblem(place: directory, message: "\(error)")]
    }
    return candidate
  }

  private static func fileProblems(_ manifest: PluginManifest, _ files: PluginFiles) -> [PluginProblem] {
    var problems: [PluginProblem] = []
    if files.contents[manifest.main] == nil {
      problems.append(
        PluginProblem(
          place: files.place(PluginManifest.fileName), message: "the plugin's main file '\(manifest.main)' is not there"
        ))
    }
    for path in files.contents.keys.sorted() {
      guard let module = PluginModules.moduleName(of: path, main: manifest.main) else { continue }
      if PluginModules.given.contains(module) {
        problems.append(
          PluginProblem(
            place: files.place(path),
            message: "the file has the name of the module '\(module)', which it would not replace",
            hint: "call it something else"))
      }
    }
    return problems
  }

  private func checkLock(_ candidate: inout PluginCandidate, _ manifest: PluginManifest, _ files: PluginFiles) {
    guard let lock else { return }
    guard let refusal = lock.refusal(of: manifest.name, version: manifest.version, files: files) else {
      candidate.lock = .locked
      return
    }
    candidate.lock = lock.pins[manifest.name] == nil ? .missing : .changed
    // One that the command line names is the user's own doing, as long as no pin says otherwise.
    let isNamed = settings.entries.contains { $0.path == candidate.entry.path && $0.path != nil }
    if candidate.lock == .missing, isNamed || settings.isTesting { return }
    if settings.isTesting { return }
    candidate.problems.append(refusal)
  }

  private func grant(_ candidate: inout PluginCandidate, _ manifest: PluginManifest) {
    let given = settings.grants.filter { $0.plugin == manifest.name }.map(\.capability)
    let own = candidate.entry.grants.map(\.capability)
    candidate.granted = (settings.standing == .allowed ? own : []) + given
    if settings.standing != .allowed, !settings.isTesting, own.contains(where: { !given.contains($0) }) {
      let node = candidate.entry.grants.first?.node ?? candidate.entry.node
      return candidate.problems.append(
        PluginProblem(
          place: candidate.entry.place, line: node?.line, column: node?.column,
          message: "what is granted here to '\(manifest.name)' does not count: "
            + (settings.standing == .changed
              ? "the file or its lock has changed since it was allowed" : "nobody has allowed this file yet"),
          hint:
            "look at it, then `\(settings.allowingCommand)`; in a pipeline --trust-grants or \(ProjectTrust.variable)=1"
        ))
    }
    guard !settings.isTesting, !candidate.missing.isEmpty else { return }
    let missing = candidate.missing
    let list = missing.map { request in
      request.capability.description + (request.reason.map { " (\($0))" } ?? "")
    }
    let options = missing.map { "--plugin-grant '\(manifest.name)=\($0.capability)'" }
    candidate.problems.append(
      PluginProblem(
        place: candidate.entry.place, line: candidate.entry.node?.line, column: candidate.entry.node?.column,
        message: "the plugin '\(manifest.name)' asks for what it has not been granted: \(list.joined(separator: ", "))",
        hint:
          "if you agree, put `grant: [\(missing.map { "\"\($0.capability)\"" }.joined(separator: ", "))]` there, or give "
          + options.joined(separator: " ")))
  }

  private func configure(_ candidate: inout PluginCandidate, _ manifest: PluginManifest) async {
    let finder = SecretFinder(environment: settings.environment, directory: settings.project.directory)
    var node = candidate.entry.config
    var place = candidate.entry.place
    if node == nil, settings.isTesting, let tests = manifest.testConfig {
      node = tests
      place = candidate.files?.place(PluginManifest.fileName) ?? place
    }
    var reader = ConfigReader(reader: NodeReader(place: place), secrets: finder)
    let overrides = settings.assignments.filter { $0.plugin == manifest.name }.map { ($0.key, $0.node, $0.place) }
    candidate.config = reader.table(node, manifest.config, overrides: overrides, owner: candidate.entry.node)
    candidate.problems += reader.reader.problems
    candidate.problems += await PatternChecker.problems(reader.patterns)
  }
}
