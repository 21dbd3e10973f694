import CLuaHost
import Synchronization

/// One Lua task: a coroutine that its driver steps, or a function that has not started yet.
///
///     new ─► ready ─► running ─► joining ─► over
///              ▲         │  (its own scope empties)
///              └ waiting ◄┘
///
/// Unchecked: it lives on its VM's thread, where scripts reach it as an object; other threads pass it on or read `status`.
final class LuaTask: @unchecked Sendable {
  enum State { case new, ready, running, waiting, ending, joining, over }

  /// What a waiting task waits for.
  enum Wait {
    case nothing
    case time(LuaTimer)
    case task(LuaTask, TaskList.Ticket)
    case combination(Combination)
    case operation(HostOperation)
  }

  /// What a waiting call gives to the script.
  enum Answer {
    case values([LuaValue])
    case failure(any Error)
  }

  /// Who ends only after the task.
  enum Owner {
    case nobody
    case scope(TaskScope, TaskList.Ticket)
    case combination(Combination, TaskList.Ticket, item: Int)
  }

  enum Status: String, CaseIterable { case running, done, failed, cancelled }

  let handle: VMHandle
  let driver: TaskDriver
  let flag: CancelFlag
  let results: LuaVM.Results
  let origin: TaskOrigin?
  /// How deep groups, timeouts and the like are nested.
  let depth: Int
  /// The coroutine, from the first step to the end.
  var pointer: OpaquePointer?
  /// What a new task will call.
  var start: (function: LuaFunction, arguments: [LuaValue])?
  var state = State.new
  var wait = Wait.nothing
  var answer: Answer?
  /// The number of the host function that it waits for or waited for last, and how many functions that has called.
  var waitingCall: UInt64 = 0
  var callbackCount: UInt64 = 0
  /// Where the call was made that it waits in.
  var caller: LuaCaller?
  var owner = Owner.nobody
  var waiters = TaskList()
  /// Where spawned tasks go; for one that owns its scope, nil until it spawns something.
  var scope: TaskScope?
  let ownsScope: Bool
  /// The group object's scope fails fast.
  let isGroup: Bool
  var isCancelled = false
  var isObserved = false
  var unobservedTicket: TaskList.Ticket?
  private var endings: Endings?
  private let statusNumber = Atomic<Int>(0)

  /// `scope` is where spawned tasks go; nil stands for one of its own.
  init(
    handle: VMHandle, driver: TaskDriver, flag: CancelFlag, results: LuaVM.Results, origin: TaskOrigin?, depth: Int,
    scope: TaskScope?, isGroup: Bool = false
  ) {
    self.handle = handle
    self.driver = driver
    self.flag = flag
    self.results = results
    self.origin = origin
    self.depth = depth
    self.scope = scope
    self.isGroup = isGroup
    ownsScope = scope == nil
  }

  /// How it stands; may be asked from any thread, since objects travel between VMs.
  var status: Status {
    get { Status.allCases[statusNumber.load(ordering: .acquiring)] }
    set { statusNumber.store(Status.allCases.firstIndex(of: newValue) ?? 0, ordering: .releasing) }
  }

  /// What comes late or never: kept apart, since thousands of tasks may wait without it.
  private final class Endings {
    var body: Result<[LuaValue], LuaError>?
    var result: Result<[LuaValue], LuaError>?
    var rethrown: LuaError?
  }

  /// How its function ended, while tasks it spawned go on.
  var body: Result<[LuaValue], LuaError>? {
    get { endings?.body }
    set { note(\.body, newValue) }
  }

  var result: Result<[LuaValue], LuaError>? {
    get { endings?.result }
    set { note(\.result, newValue) }
  }

  /// The last error of another task that was raised again in this one, for its traceback.
  var rethrown: LuaError? {
    get { endings?.rethrown }
    set { note(\.rethrown, newValue) }
  }

  private func note<Value>(_ path: ReferenceWritableKeyPath<Endings, Value?>, _ value: Value?) {
    if endings == nil, value == nil { return }
    let endings = endings ?? Endings()
    self.endings = endings
    endings[keyPath: path] = value
  }

  /// The scope of what it spawns.
  var spawningScope: TaskScope {
    if let scope { return scope }
    let scope = TaskScope(driver: driver, flag: flag, failsFast: isGroup, owner: self, depth: depth)
    scope.isCancelled = isCancelled
    self.scope = scope
    return scope
  }
}
