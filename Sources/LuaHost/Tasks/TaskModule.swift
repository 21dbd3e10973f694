/// The module `task`: structured concurrency for scripts.
///
/// What scripts hand to tasks and get back stays the same value: tables are not copied on the way. A Lua task is a plain object
/// in its VM's queues; only a host function that waits takes a Swift task. A function that `group`, `map`, `race`, `timeout` or
/// `shield` calls is a small run of its own: it is over when everything it has spawned is. Cancellation is not an error that
/// `pcall` could catch.
public enum TaskModule {
  /// The module, for `LuaVM.Configuration.modules`.
  public static let module = HostModule(
    "task", "Run parts of a workflow at the same time.",
    functions: [
      spawn.passingReferences(from: 0), awaiting, cancel, sleep, map.passingReferences(from: 1), group, race, timeout,
      shield,
    ].map(documented), types: [taskType, groupType])

  static let taskType = ObjectType(
    "task.Task", "A spawned task.",
    fields: [
      .of(LuaTask.self, "status", .enumeration(LuaTask.Status.allCases.map(\.rawValue)), "How it stands.") {
        .string($0.status.rawValue)
      }
    ],
    methods: [
      scheduling(
        "task:await", "Waits for the task and returns its results; raises its error, if it failed.",
        returns: [HostParameter("...", .any, "the results")], waits: true
      ) { try wait(for: $0.receiver(as: LuaTask.self), $0, $1) },
      scheduling("task:cancel", "Cancels the task: it ends at its next wait or instruction.") {
        try end($0.receiver(as: LuaTask.self), $0, $1)
      },
    ].map(documented),
    description: { "task (\(($0 as? LuaTask)?.status.rawValue ?? "gone"))" })

  static let groupType = ObjectType(
    "task.Group", "A group of tasks: the first failure cancels the others.",
    methods: [
      scheduling(
        "group:spawn", "Starts `f(...)` as a task of the group.",
        parameters: [HostParameter("f", .function, "what to run"), .rest("...", .any, "its arguments")],
        returns: [HostParameter("task", .object("task.Task"), "the task")]
      ) { arguments, state in
        let scope = try arguments.receiver(as: TaskScope.self)
        guard scope.driver.handle === state.handle else { throw ArgumentError("this group belongs to another Lua VM") }
        return try spawn(arguments, state, in: scope)
      }.passingReferences(from: 0)
    ].map(documented),
    description: { "group (\(($0 as? TaskScope)?.isOver == true ? "ended" : "running"))" })

  private static let function = HostParameter("f", .function, "what to run")
  private static let result = HostParameter("...", .any, "what `f` returned")
  private static let task = HostParameter("task", .object("task.Task"), "the task")

  private static func scheduling(
    _ name: String, _ summary: String, parameters: [HostParameter] = [], returns: [HostParameter] = [],
    waits: Bool = false, run: @escaping @Sendable (HostArguments, VMState) throws -> [LuaValue]?
  ) -> HostFunction {
    HostFunction(
      name: name, summary: summary, parameters: parameters, returns: returns, since: "0.1", capability: nil,
      body: .scheduling(waits: waits, run))
  }

  // MARK: one task

  private static let spawn = scheduling(
    "task.spawn", "Starts `f(...)` as a task and goes on at once.",
    parameters: [function, .rest("...", .any, "its arguments")], returns: [task]
  ) { arguments, state in
    try spawn(arguments, state, in: state.runningTask().spawningScope)
  }

  private static func spawn(_ arguments: HostArguments, _ state: VMState, in scope: TaskScope) throws -> [LuaValue] {
    guard let function = arguments.function(0) else { return [] }
    let task = try state.spawn(
      function, Array(arguments.values.dropFirst()), in: scope, origin: state.origin(arguments))
    return [.object(LuaObject(task, type: taskType))]
  }

  private static let awaiting = scheduling(
    "task.await", "Waits for a task and returns its results; raises its error, if it failed.", parameters: [task],
    returns: [HostParameter("...", .any, "the results")], waits: true
  ) { try wait(for: $0.object(0, as: LuaTask.self), $0, $1) }

  private static let cancel = scheduling(
    "task.cancel", "Cancels a task: it ends at its next wait or instruction.", parameters: [task]
  ) { try end($0.object(0, as: LuaTask.self), $0, $1) }

  private static func wait(
    for task: LuaTask, _ arguments: HostArguments, _ state: VMState
  ) throws -> [LuaValue]? {
    guard task.handle === state.handle else { throw ArgumentError("this task belongs to another Lua VM") }
    let waiter = try state.runningTask()
    state.observe(task)
    if let result = task.result {
      switch state.answer(result) {
      case .values(let values): return values
      case .failure(let error): throw error
      }
    }
    if task === waiter { throw ArgumentError("'\(arguments.functionName)': a task cannot await itself") }
    if state.mustOutlive(task, waiter) {
      throw ArgumentError("'\(arguments.functionName)': the task waits for the one that would await it")
    }
    state.park(waiter, .task(task, task.waiters.add(waiter)), caller: arguments.caller)
    return nil
  }

  private static func end(_ task: LuaTask, _ arguments: HostArguments, _ state: VMState) throws -> [LuaValue]? {
    guard task.handle === state.handle else { throw ArgumentError("this task belongs to another Lua VM") }
    state.cancel(task)
    return []
  }

  private static let sleep = scheduling(
    "task.sleep", "Waits; other tasks go on.",
    parameters: [HostParameter("duration", .duration, "such as \"90s\", or a number of seconds")], waits: true
  ) { arguments, state in
    let task = try state.runningTask()
    let duration = arguments.duration(0) ?? .zero
    if duration <= .zero {
      state.park(task, .nothing, caller: arguments.caller)
      state.wake(task, .values([]))
    } else {
      state.park(task, .time(state.addTimer(after: duration, .wake(task))), caller: arguments.caller)
    }
    return nil
  }

  // MARK: many

  private static let map = scheduling(
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
    returns: [HostParameter("results", .list(.any), "the first result of each call")], waits: true
  ) { arguments, state in
    guard let function = arguments.function(2) ?? arguments.function(1) else {
      throw arguments.bad(2, "expected function, got no value", parameter: "f")
    }
    let limit = arguments.field(1, "concurrency").integerValue.map { Int(clamping: $0) }
    if let limit, limit < 1 { throw arguments.bad(1, "field 'concurrency': expected at least 1", parameter: "options") }
    let items = arguments[0].tableValue?.array ?? []
    if items.isEmpty { return [.list([])] }
    let combination = try state.combine(.map(function, items, limit: limit ?? items.count), for: arguments)
    try state.checkRoom(forTasks: min(limit ?? items.count, items.count))
    combination.results = Array(repeating: .nil, count: items.count)
    state.startMore(combination)
    state.park(combination.waiter, .combination(combination), caller: arguments.caller)
    return nil
  }

  private static let race = scheduling(
    "task.race", "Runs all functions; returns the results of the first that ends, once the others are cancelled.",
    parameters: [HostParameter("functions", .list(.function), "what to run")],
    returns: [HostParameter("...", .any, "the results of the first")], waits: true
  ) { arguments, state in
    let functions = (arguments[0].tableValue?.array ?? []).compactMap(\.functionValue)
    if functions.isEmpty { throw arguments.bad(0, "expected at least one function", parameter: "functions") }
    let combination = try state.combine(.race, for: arguments)
    try state.checkRoom(forTasks: functions.count)
    for function in functions { state.add(function, to: combination) }
    state.park(combination.waiter, .combination(combination), caller: arguments.caller)
    return nil
  }

  // MARK: one function and what it spawns

  private static let group = scheduling(
    "task.group",
    "Calls `f(group)` and waits for all tasks that `group:spawn` started; the first failure cancels the others.",
    parameters: [function], returns: [result], waits: true
  ) { arguments, state in
    try run(.one, arguments.function(0), arguments, state, isGroup: true)
  }

  private static let shield = scheduling(
    "task.shield", "Calls `f()` and waits for it and its tasks; a cancellation has to wait until they have ended.",
    parameters: [function], returns: [result], waits: true
  ) { arguments, state in
    try run(.shield, arguments.function(0), arguments, state)
  }

  private static let timeout = scheduling(
    "task.timeout", "Calls `f()`; cancels it and raises an error of kind \"timeout\" when it takes longer.",
    parameters: [HostParameter("duration", .duration, "the longest it may take"), function], returns: [result],
    waits: true
  ) { arguments, state in
    try run(.one, arguments.function(1), arguments, state, limit: arguments.duration(0) ?? .zero)
  }

  private static func run(
    _ kind: Combination.Kind, _ function: LuaFunction?, _ arguments: HostArguments, _ state: VMState,
    isGroup: Bool = false, limit: Duration? = nil
  ) throws -> [LuaValue]? {
    guard let function else { return [] }
    let combination = try state.combine(kind, for: arguments)
    let child = state.makeChild(function, [], of: combination, isGroup: isGroup)
    if isGroup { child.start?.arguments = [.object(LuaObject(child.spawningScope, type: groupType))] }
    state.start(child, in: combination)
    if let limit {
      combination.limit = limit
      combination.timer = state.addTimer(after: limit, .timeOut(combination))
    }
    state.park(combination.waiter, .combination(combination), caller: arguments.caller)
    return nil
  }
}
