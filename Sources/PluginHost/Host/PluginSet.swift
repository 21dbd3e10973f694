/// The loaded plugins of one moment, in the order of every hook.
struct PluginSet: Sendable {
  let plugins: [Plugin]
  private let order: [HookName: [Plugin]]

  init(_ plugins: [Plugin] = []) {
    self.plugins = plugins
    var order: [HookName: [Plugin]] = [:]
    for hook in HookName.allCases {
      order[hook] = plugins.filter { $0.has(hook) }.sorted {
        ($0.priority(hook), $0.name) < ($1.priority(hook), $1.name)
      }
    }
    self.order = order
  }

  /// The plugins that have a hook, by priority and then by name, without those that are at work in this task already.
  func having(_ hook: HookName) -> [Plugin] {
    let all = order[hook] ?? []
    let atWork = Plugin.atWork
    return atWork.isEmpty ? all : all.filter { !atWork.contains($0.name) }
  }

  subscript(_ name: String) -> Plugin? { plugins.first { $0.name == name } }
}
