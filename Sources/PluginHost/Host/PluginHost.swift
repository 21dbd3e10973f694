import CloudAccess
import ImageImport
import LuaHost
import ScriptAPI
import Synchronization

/// Loads the plugins of a session, calls them at their moments, and takes them away again.
///
/// Policies (`on_request`, `on_validate`, `before_submit`) stand in the way of an import and fail closed. Observers run beside it; their
/// failures are told once and change nothing.
public final class PluginHost: Sendable {
  private struct State {
    var set = PluginSet()
    var world: PluginWorld?
    /// Failures of observers that were told already, and how often they came again.
    var failures: [String: Int] = [:]
  }

  let observers: ObserverQueue
  let recorder = RunRecorder()
  private let settings: @Sendable () throws -> PluginSettings
  private let state = Mutex(State())
  private let time: any TimeSource

  /// `settings` is asked when plugins are loaded and again whenever they are reloaded.
  public init(time: any TimeSource = SystemTime(), settings: @escaping @Sendable () throws -> PluginSettings) {
    self.settings = settings
    self.time = time
    observers = ObserverQueue()
  }

  var loaded: PluginSet { state.withLock { $0.set } }

  /// The names of the loaded plugins.
  public var names: [String] { loaded.plugins.map(\.name) }

  /// What is loaded, in brief.
  public var overview: [(name: String, version: SemanticVersion, hooks: [String])] {
    loaded.plugins.map { ($0.name, $0.manifest.version, $0.manifest.hooks.map(\.name.rawValue)) }
  }

  /// The directories of the loaded plugins and the project file: what to watch for changes.
  public var watched: [String] {
    let directories = loaded.plugins.compactMap(\.candidate.directory)
    let project = (try? settings())?.project
    return directories + [project?.path, project?.lockPath].compactMap(\.self)
  }

  // MARK: Loading

  /// Loads every plugin.
  ///
  /// - Throws: ``PluginFailure`` with all mistakes of all plugins; then none is loaded.
  public func load(_ world: PluginWorld) async throws {
    state.withLock { $0.world = world }
    let loaded = try await make(world)
    state.withLock { $0.set = loaded }
    start()
  }

  /// Loads every plugin anew and exchanges them only when all are well; calls under way end on the old ones.
  ///
  /// - Throws: ``PluginFailure``; the old plugins stay.
  public func reload() async throws {
    guard let world = state.withLock({ $0.world }) else { return }
    let loaded = try await make(world)
    let old = state.withLock { state in
      defer { state.set = loaded }
      return state.set
    }
    await withTaskGroup(of: Void.self) { group in
      for plugin in old.plugins { group.addTask { [self] in await close(plugin, within: .seconds(30)) } }
    }
  }

  private func make(_ world: PluginWorld) async throws -> PluginSet {
    let settings = try settings()
    let plan = await PluginPlan(settings)
    let directory = settings.project.directory
    guard plan.problems.isEmpty else { throw PluginFailure(plan.problems) }
    let ready = plan.candidates.filter(\.isLoadable)
    let results = await withTaskGroup(of: (Int, Result<Plugin, any Error>).self) { group in
      for (index, candidate) in ready.enumerated() {
        guard let manifest = candidate.manifest else { continue }
        group.addTask {
          do {
            return (index, .success(try await Plugin(candidate, manifest, world: world, directory: directory)))
          } catch {
            return (index, .failure(error))
          }
        }
      }
      return await group.reduce(into: [Int: Result<Plugin, any Error>]()) { $0[$1.0] = $1.1 }
    }
    var (plugins, problems): ([Plugin], [PluginProblem]) = ([], [])
    for index in ready.indices {
      switch results[index] {
      case .success(let plugin)?: plugins.append(plugin)
      case .failure(let failure as PluginFailure)?: problems += failure.problems
      case .failure(let error)?: problems.append(PluginProblem(place: ready[index].name, message: "\(error)"))
      case nil: continue
      }
    }
    guard problems.isEmpty else {
      for plugin in plugins { await plugin.close(within: .seconds(1)) }
      throw PluginFailure(problems)
    }
    return PluginSet(plugins)
  }

  // MARK: The end

  /// Lets observers finish what they have to do, tells the plugins how the run went, and unloads them.
  public func finish(within limit: Duration = .seconds(10)) async {
    let end = state.withLock { $0.world }?.end
    end?.begin(limit)
    let left = await observers.drain(within: limit)
    if left > 0 {
      report(
        PluginNotice(
          plugin: "observers", kind: .dropped,
          message:
            "\(left) events were not told to plugins, since they took longer than \(limit.inSeconds.formatted()) s"))
    }
    let summary = recorder.summary(now: time.now)
    for plugin in loaded.having(.onRunFinished) {
      end?.begin(limit)
      await observe(plugin, .onRunFinished, EventTables.summary(summary, trace), within: limit)
    }
    end?.begin(.seconds(5))
    let last = state.withLock { state in
      defer { state.set = PluginSet() }
      return state.set
    }
    await withTaskGroup(of: Void.self) { group in
      for plugin in last.plugins { group.addTask { [self] in await close(plugin, within: .seconds(5)) } }
    }
    for (key, count) in state.withLock({ $0.failures }).sorted(by: { $0.key < $1.key }) where count > 1 {
      let parts = key.split(separator: "\n").map(String.init)
      report(
        PluginNotice(
          plugin: parts[0], kind: .failed, message: "failed in \(parts.last ?? "") \(count - 1) more times"))
    }
  }

  private func close(_ plugin: Plugin, within limit: Duration) async {
    guard let fault = await plugin.close(within: limit) else { return }
    report(
      PluginNotice(
        plugin: plugin.name, kind: .failed, message: "failed in on_unload: \(fault.reason)",
        hint: fault.hint ?? "it is unloaded all the same"))
  }

  // MARK: Observers

  private func start() {
    observers.start { [weak self] item in await self?.observe(item) }
  }

  private func observe(_ item: ObserverQueue.Item) async {
    guard let plugin = loaded[item.plugin], plugin.has(item.hook) else { return }
    await Plugin.$atWork.withValue(item.chain) {
      await observe(plugin, item.hook, EventTables.table(item.event, trace))
    }
  }

  private func observe(
    _ plugin: Plugin, _ hook: HookName, _ table: LuaValue, within limit: Duration? = nil
  ) async {
    do {
      _ = try await plugin.call(hook, [table], within: limit)
    } catch let fault as PluginFault {
      let isFirst = state.withLock { state in
        let key = "\(plugin.name)\n\(hook.rawValue)"
        state.failures[key, default: 0] += 1
        return state.failures[key] == 1
      }
      guard isFirst else { return }
      report(
        PluginNotice(
          plugin: plugin.name, kind: .failed, message: "failed in \(hook.rawValue): \(fault.reason)",
          hint: fault.hint ?? "the import itself goes on"))
    } catch {
      return
    }
  }

  private var trace: ImportTrace? { state.withLock { $0.world }?.trace }

  func report(_ notice: PluginNotice) { state.withLock { $0.world }?.report(notice) }
}

extension PluginHost: ImportEventSink {
  public func emit(_ event: ImportEvent) {
    recorder.note(event, now: time.now)
    guard let hook = EventTables.hook(event) else { return }
    for plugin in loaded.having(hook) {
      observers.add(
        ObserverQueue.Item(
          plugin: plugin.name, hook: hook, subject: EventTables.subject(event), event: event,
          chain: Plugin.atWork),
        dropped: { [weak self] in
          self?.report(
            PluginNotice(
              plugin: plugin.name, kind: .dropped, message: "is too slow: events are left out from now on",
              hint: "what an observer does should take less time than what it observes"))
        })
    }
  }
}
