extension TaskModule {
  /// A function of the module with what stubs, reference and help say about it.
  static func documented(_ function: HostFunction) -> HostFunction {
    switch function.key {
    case "spawn" where function.name == "task.spawn":
      function.documented(
        "The run ends when all its tasks have ended, and raises the first failure that nobody awaited.",
        signature: LuaSignature(
          [
            HostParameter("f", .function, "what to run"), .rest("...", .any, "its arguments"),
          ], returns: function.returns),
        example: """
          local task = require "task"

          local sum = task.spawn(function(a, b) task.sleep("10ms") return a + b end, 1, 2)
          print(sum:await())  --> 3
          """)
    case "sleep":
      function.documented(
        example: """
          local task = require "task"

          task.sleep("20ms")
          """)
    case "map":
      function.documented(
        "The first failure cancels the other calls and is raised, as the same value.",
        signature: mapping(withOptions: true),
        overloads: [mapping(withOptions: false)],
        example: """
          local task = require "task"

          local squares = task.map({ 1, 2, 3 }, { concurrency = 2 }, function(n) task.sleep("5ms") return n * n end)
          print(table.concat(squares, " "))  --> 1 4 9
          """)
    case "group":
      function.documented(
        "No task outlives its group. The first failure cancels the others and is raised.",
        signature: LuaSignature(
          [
            HostParameter(
              "f",
              .callback(LuaSignature([HostParameter("group", .object("task.Group"), "")], returns: [anything])),
              "what to run")
          ], returns: function.returns),
        example: """
          local task = require "task"

          local total = 0
          task.group(function(group)
            for i = 1, 3 do group:spawn(function() total = total + i end) end
          end)
          print(total)  --> 6
          """)
    case "race":
      function.documented(
        "If the first to end has raised, that is raised. The others have ended, too, when it returns.",
        raises: [RaisedError("argument", "the list is empty")],
        signature: LuaSignature(
          [HostParameter("functions", .list(.callback(LuaSignature(returns: [anything]))), "what to run")],
          returns: function.returns),
        example: """
          local task = require "task"

          print(task.race { function() task.sleep("1h") return "slow" end, function() return "fast" end })  --> fast
          """)
    case "timeout":
      function.documented(
        raises: [RaisedError("timeout", "the time is over")],
        signature: LuaSignature(
          [function.parameters[0], body], returns: function.returns),
        example: """
          local task = require "task"

          local ok, err = pcall(task.timeout, "10ms", function() task.sleep("1h") end)
          print(ok, err.kind)  --> false  timeout
          """)
    case "shield":
      function.documented(
        signature: LuaSignature([body], returns: function.returns),
        example: """
          local task = require "task"

          local saved = task.shield(function() task.sleep("5ms") return "saved" end)
          print(saved)  --> saved
          """)
    case "await" where function.name == "task.await":
      function.documented(
        "The same as `task:await()`, for a `pcall`.",
        raises: [
          RaisedError("cancelled", "the task was cancelled"), RaisedError("argument", "the task waits for this one"),
        ],
        example: """
          local task = require "task"

          local sleeper = task.spawn(function() task.sleep("1h") end)
          task.cancel(sleeper)
          local ok, err = pcall(task.await, sleeper)
          print(ok, err.kind)  --> false  cancelled
          """)
    case "cancel" where function.name == "task.cancel":
      function.documented(
        "The same as `task:cancel()`.",
        example: """
          local task = require "task"

          local sleeper = task.spawn(function() task.sleep("1h") end)
          task.cancel(sleeper)
          """)
    case "await":
      function.documented(
        raises: [
          RaisedError("cancelled", "the task was cancelled"), RaisedError("argument", "the task waits for this one"),
        ],
        example: """
          local task = require "task"

          local failing = task.spawn(function() error({ kind = "mine" }) end)
          local ok, err = pcall(failing.await, failing)
          print(ok, err.kind)  --> false  mine
          """)
    case "cancel" where function.name == "task:cancel":
      function.documented(
        "Cancellation is no error that the task could catch; its `__close` handlers run.",
        example: """
          local task = require "task"

          local sleeper = task.spawn(function() task.sleep("1h") end)
          sleeper:cancel()
          """)
    case "spawn":
      function.documented(
        raises: [RaisedError("argument", "the group has ended already")],
        example: """
          local task = require "task"

          print(task.group(function(group)
            local one = group:spawn(function(n) return n + 1 end, 1)
            return one:await()
          end))  --> 2
          """)
    default: function
    }
  }

  private static let anything = HostParameter("...", .any, "anything")
  private static let body = HostParameter("f", .callback(LuaSignature(returns: [anything])), "what to run")

  private static func mapping(withOptions: Bool) -> LuaSignature {
    let options = HostParameter(
      "options",
      .record(
        LuaRecord(
          "task.MapOptions", "How to run many calls.",
          fields: [HostParameter("concurrency", .integer, "how many at a time; all by default", optional: true)])),
      "how many at a time")
    let call = LuaSignature(
      [HostParameter("item", .generic("T"), ""), HostParameter("index", .integer, "")],
      returns: [HostParameter("result", .generic("R"), "")])
    return LuaSignature(
      [HostParameter("list", .list(.generic("T")), "the items")] + (withOptions ? [options] : [])
        + [HostParameter("f", .callback(call), "what to call")],
      returns: [HostParameter("results", .list(.generic("R")), "the first result of each call")])
  }
}
