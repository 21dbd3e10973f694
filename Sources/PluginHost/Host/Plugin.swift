import CloudAccess
import LuaHost
import ScriptAPI
import Synchronization

/// A plugin that is loaded: its VM and the functions it gave.
final class Plugin: Sendable {
  /// The plugins that are at work in the current task, so that an import which a plugin makes itself does not call it again.
  @TaskLocal static var atWork: Set<String> = []

  /// When the current call must be over.
  @TaskLocal static var deadline: ContinuousClock.Instant?

  let name: String
  let manifest: PluginManifest
  let candidate: PluginCandidate
  let access: PluginAccess
  private let vm: LuaVM
  private let shims: PluginShims
  private let exports: PluginExports
  private let calls = Mutex(Calls())

  private struct Calls {
    var count = 0
    var isClosing = false
    /// Why nothing is called any more.
    var death: String?
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  /// Makes the VM and runs the plugin's main file; relative paths of the plugin start at `directory`.
  ///
  /// - Throws: ``PluginFailure``.
  init(_ candidate: PluginCandidate, _ manifest: PluginManifest, world: PluginWorld, directory: String) async throws {
    self.candidate = candidate
    self.manifest = manifest
    name = manifest.name
    access = PluginAccess(
      plugin: manifest.name, asked: manifest.requests.map(\.capability), granted: candidate.granted,
      report: world.report)
    vm = try LuaVM(world.configuration(candidate, manifest, access, directory: directory))
    let place = candidate.files?.place(manifest.main) ?? manifest.main
    let (vm, limits) = (vm, candidate.entry.limits)
    do {
      let shims = try await PluginShims(vm)
      let main = candidate.files?.contents[manifest.main] ?? []
      let chunk = "\(manifest.name)/\(manifest.main)"
      let values = try await Deadline.run(limits.time) { [name = manifest.name] in
        try await Plugin.$atWork.withValue(Plugin.atWork.union([name])) { try await vm.run(main, name: chunk) }
      }
      self.shims = shims
      exports = try PluginExports(values.first ?? .nil, manifest: manifest, place: place)
    } catch let failure as PluginFailure {
      await vm.close()
      throw failure
    } catch {
      await vm.close()
      let fault = PluginFault(plugin: manifest.name, call: "main", error: error, limits: limits)
      throw PluginFailure([
        PluginProblem(
          place: place, message: "the plugin '\(manifest.name)' cannot be loaded: \(fault.reason)", hint: fault.hint)
      ])
    }
  }

  /// Whether it has a hook.
  func has(_ hook: HookName) -> Bool { exports.hooks[hook] != nil }

  func priority(_ hook: HookName) -> Int {
    manifest.hooks.first { $0.name == hook }?.priority ?? PluginManifest.standardPriority
  }

  // MARK: Hooks

  /// The table of an image as the hook leaves it.
  func changed(_ image: LuaValue) async throws -> LuaValue {
    try await invoke(.onRequest, shims.onRequest, [image]).first ?? .nil
  }

  /// What the hook added to the report, and what it returned.
  func findings(_ image: LuaValue, _ report: LuaValue) async throws -> [LuaValue] {
    try await invoke(.onValidate, shims.onValidate, [image, report])
  }

  /// What a hook returned.
  func call(_ hook: HookName, _ arguments: [LuaValue], within limit: Duration? = nil) async throws -> [LuaValue] {
    try await invoke(hook, shims.call, arguments, within: limit)
  }

  private func invoke(
    _ hook: HookName, _ shim: LuaFunction, _ arguments: [LuaValue], within limit: Duration? = nil
  ) async throws -> [LuaValue] {
    guard let function = exports.hooks[hook] else { return [] }
    let limit = limit.map { min($0, candidate.entry.limits.time) }
    return try await run(hook.rawValue, limit: limit) { try await shim.call([.function(function)] + arguments) }
  }

  // MARK: Sources and commands

  /// The function that gives a source's next item.
  func source(_ name: String, _ options: LuaValue) async throws -> LuaFunction {
    guard let function = exports.sources[name] else {
      throw ScriptFailure(kind: "not_found", "the plugin '\(self.name)' has no source '\(name)'")
    }
    let shim = shims.source
    let values = try await run("the source \(name)") { try await shim.call([.function(function), options]) }
    guard let step = values.first?.functionValue else {
      throw PluginFault(plugin: self.name, call: "the source \(name)", reason: "it gave no iterator")
    }
    return step
  }

  /// The next values of an iterator that ``source(_:_:)`` gave.
  func next(_ step: LuaFunction, of source: String) async throws -> [LuaValue] {
    try await run("the source \(source)") { try await step.call() }
  }

  func command(_ name: String, _ arguments: [String], limit: Duration) async throws -> [LuaValue] {
    guard let function = exports.commands[name] else {
      throw ScriptFailure(kind: "not_found", "the plugin '\(self.name)' has no command '\(name)'")
    }
    return try await run("the command \(name)", limit: limit) {
      try await function.call([.list(arguments.map { .string($0) })])
    }
  }

  // MARK: Calling

  /// Runs a call under the plugin's limits.
  ///
  /// - Throws: `CancellationError`, or a ``PluginFault``.
  private func run(
    _ what: String, limit: Duration? = nil, _ body: @escaping @Sendable () async throws -> [LuaValue]
  ) async throws -> [LuaValue] {
    let limits = candidate.entry.limits
    if let reason = begin() { throw PluginFault(plugin: name, call: what, reason: reason) }
    defer { end() }
    let chain = Self.atWork.union([name])
    do {
      let limit = limit ?? limits.time
      let deadline = ContinuousClock.now + limit
      return try await Deadline.run(limit) {
        try await Plugin.$atWork.withValue(chain) {
          try await Plugin.$deadline.withValue(deadline) { try await body() }
        }
      }
    } catch {
      if let passed = error as? Deadline.Passed, passed.isAbandoned {
        await kill("it did not end when its time was over")
      }
      if Task.isCancelled { throw CancellationError() }
      throw PluginFault(plugin: name, call: what, error: error, limits: limits)
    }
  }

  private func begin() -> String? {
    calls.withLock { calls in
      if let death = calls.death { return death }
      calls.count += 1
      return nil
    }
  }

  private func end() {
    let waiters = calls.withLock { calls in
      calls.count -= 1
      guard calls.count == 0 else { return [CheckedContinuation<Void, Never>]() }
      defer { calls.waiters = [] }
      return calls.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  private func kill(_ reason: String) async {
    calls.withLock { $0.death = $0.death ?? reason }
    await vm.close()
  }

  /// Lets the calls under way end, tells the plugin, and closes its VM.
  ///
  /// - Returns: how the plugin failed to tidy up, if it did; its VM is closed all the same.
  @discardableResult
  func close(within limit: Duration) async -> PluginFault? {
    try? await Deadline.run(limit) { [self] in await drained() }
    var fault: PluginFault?
    if let unload = exports.unload {
      do {
        _ = try await run("on_unload", limit: min(limit, .seconds(5))) { try await unload.call() }
      } catch {
        fault = error as? PluginFault
      }
    }
    await kill("it was unloaded")
    return fault
  }

  private func drained() async {
    await withCheckedContinuation { continuation in
      let isIdle = calls.withLock { calls in
        if calls.count > 0 { calls.waiters.append(continuation) }
        return calls.count == 0
      }
      if isIdle { continuation.resume() }
    }
  }
}
