/// The module `task`: structured concurrency for scripts.
///
/// What scripts hand to tasks and get back stays the same value: tables are not copied on the way.
/// Every Lua task is one Swift task. The tasks a run has spawned end with the run: it waits for them, and raises the first
/// failure that no script awaited. Cancellation is not an error that `pcall` could catch.
public enum TaskModule {
  /// The module, for `LuaVM.Configuration.modules`.
  public static let module = HostModule(
    "task", "Run parts of a workflow at the same time.",
    functions: [
      spawn.passingReferences(from: 0), sleep, map.passingReferences(from: 1), group, race, timeout, shield,
    ].map(documented), types: [taskType, groupType])

  static let taskType = ObjectType(
    "task.Task", "A spawned task.",
    fields: [
      .of(ScriptTask.self, "status", .enumeration(["running", "done", "failed", "cancelled"]), "How it stands.") {
        .string($0.status)
      }
    ],
    methods: [
      .waiting(
        "task:await", "Waits for the task and returns its results; raises its error, if it failed.",
        returns: [HostParameter("...", .any, "the results")], since: "0.1"
      ) { try await $0.receiver(as: ScriptTask.self).value() },
      HostFunction("task:cancel", "Cancels the task.", since: "0.1") {
        try $0.receiver(as: ScriptTask.self).cancel()
        return []
      },
    ].map(documented),
    description: { "task (\(($0 as? ScriptTask)?.status ?? "gone"))" })

  static let groupType = ObjectType(
    "task.Group", "A group of tasks: the first failure cancels the others.",
    methods: [
      HostFunction(
        "group:spawn", "Starts `f(...)` as a task of the group.",
        parameters: [HostParameter("f", .function, "what to run"), .rest("...", .any, "its arguments")],
        returns: [HostParameter("task", .object("task.Task"), "the task")], since: "0.1"
      ) { arguments in
        let group = try arguments.receiver(as: ScriptGroup.self)
        guard let function = arguments.function(0) else { return [] }
        guard let task = group.spawn(function, Array(arguments.values.dropFirst())) else {
          throw ArgumentError("the group has ended already")
        }
        return [.object(LuaObject(task, type: taskType))]
      }.passingReferences(from: 0)
    ].map(documented))

  private static let function = HostParameter("f", .function, "what to run")

  private static let spawn = HostFunction(
    "task.spawn", "Starts `f(...)` as a task and goes on at once.",
    parameters: [function, .rest("...", .any, "its arguments")],
    returns: [HostParameter("task", .object("task.Task"), "the task")], since: "0.1"
  ) { arguments in
    guard let function = arguments.function(0), let scope = arguments.scope else { return [] }
    let task = scope.spawn(function, Array(arguments.values.dropFirst()))
    return [.object(LuaObject(task, type: taskType))]
  }

  private static let sleep = HostFunction.waiting(
    "task.sleep", "Waits; other tasks go on.",
    parameters: [HostParameter("duration", .duration, "such as \"90s\", or a number of seconds")], since: "0.1"
  ) { arguments in
    try await arguments.sleep(arguments.duration(0) ?? .zero)
    return []
  }

  private static let map = HostFunction.waiting(
    "task.map", "Calls `f(item, index)` for every item, several at a time; returns the results in order.",
    parameters: [
      HostParameter("list", .list(.any), "the items"),
      HostParameter(
        "options",
        .union([
          .function,
          .record([HostParameter("concurrency", .integer, "how many at a time; all by default", optional: true)]),
        ]), "`{concurrency = n}`; may be left out", optional: true),
      HostParameter("f", .function, "what to call", optional: true),
    ],
    returns: [HostParameter("results", .list(.any), "the first result of each call")], since: "0.1"
  ) { arguments in
    guard let function = arguments.function(2) ?? arguments.function(1) else {
      throw arguments.bad(2, "expected function, got no value", parameter: "f")
    }
    let limit = arguments.field(1, "concurrency").integerValue.map { Int(clamping: $0) }
    if let limit, limit < 1 { throw arguments.bad(1, "field 'concurrency': expected at least 1", parameter: "options") }
    let items = arguments[0].tableValue?.array ?? []
    return [.list(try await mapped(items, limit ?? items.count, function))]
  }

  private static func mapped(_ items: [LuaValue], _ limit: Int, _ function: LuaFunction) async throws -> [LuaValue] {
    try await withThrowingTaskGroup(of: (Int, LuaValue).self) { group in
      var results = [LuaValue](repeating: .nil, count: items.count)
      var next = 0
      func start() {
        let index = next
        next += 1
        group.addTask {
          let arguments = [items[index], .integer(Int64(index + 1))]
          return (index, try await function.callKeepingTables(arguments).first ?? .nil)
        }
      }
      while next < min(limit, items.count) { start() }
      while let (index, value) = try await group.next() {
        results[index] = value
        if next < items.count { start() }
      }
      return results
    }
  }

  private static let group = HostFunction.waiting(
    "task.group", "Calls `f(group)` and waits for all tasks that `group:spawn` started.",
    parameters: [function], returns: [HostParameter("...", .any, "what `f` returned")], since: "0.1"
  ) { arguments in
    guard let function = arguments.function(0) else { return [] }
    return try await ScriptGroup().run(function)
  }

  private static let shield = HostFunction.waiting(
    "task.shield", "Calls `f()` and waits for it and its tasks; a cancellation has to wait until they have ended.",
    parameters: [function], returns: [HostParameter("...", .any, "what `f` returned")], since: "0.1"
  ) { arguments in
    guard let function = arguments.function(0) else { return [] }
    try Task.checkCancellation()
    // A Swift task of its own does not hear of the cancellation of the one that waits for it.
    return try await Task { try await ScriptGroup().run(function, passesGroup: false) }.value
  }

  private static let race = HostFunction.waiting(
    "task.race", "Runs all functions; returns the results of the first that ends and cancels the others.",
    parameters: [HostParameter("functions", .list(.function), "what to run")],
    returns: [HostParameter("...", .any, "the results of the first")], since: "0.1"
  ) { arguments in
    let functions = (arguments[0].tableValue?.array ?? []).compactMap(\.functionValue)
    if functions.isEmpty { throw arguments.bad(0, "expected at least one function", parameter: "functions") }
    return try await withThrowingTaskGroup(of: [LuaValue].self) { group in
      for function in functions { group.addTask { try await function.callKeepingTables() } }
      defer { group.cancelAll() }
      return try await group.next() ?? []
    }
  }

  private static let timeout = HostFunction.waiting(
    "task.timeout", "Calls `f()`; cancels it and raises an error of kind \"timeout\" when it takes longer.",
    parameters: [HostParameter("duration", .duration, "the longest it may take"), function],
    returns: [HostParameter("...", .any, "what `f` returned")], since: "0.1"
  ) { arguments in
    guard let function = arguments.function(1) else { return [] }
    let limit = arguments.duration(0) ?? .zero
    return try await withThrowingTaskGroup(of: [LuaValue].self) { group in
      group.addTask { try await function.callKeepingTables() }
      group.addTask {
        try await arguments.sleep(limit)
        throw TimeoutError(limit: limit)
      }
      defer { group.cancelAll() }
      return try await group.next() ?? []
    }
  }
}

/// Raised by `task.timeout`.
struct TimeoutError: ScriptError {
  let limit: Duration
  var scriptMessage: String { "took longer than \(limit)" }
  var scriptFields: [(String, LuaValue)] { [("kind", "timeout")] }
}

extension HostArguments {
  /// Waits as the VM's configuration says.
  public func sleep(_ duration: Duration) async throws {
    guard let vm else { throw CancellationError() }
    try await vm.configuration.sleep(duration)
  }
}
