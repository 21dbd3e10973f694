---@meta task

-- Written from the declarations of slipway 0.1.0; do not edit.

---How to run many calls.
---@class (exact) task.MapOptions
---@field concurrency? integer how many at a time; all by default

---A spawned task.
---@class task.Task
---@field status "running"|"done"|"failed"|"cancelled" How it stands. Read only.
local Task = {}

---Waits for the task and returns its results; raises its error, if it failed.
---
---Waits: other tasks go on meanwhile.
---
---Raises
---
---* `cancelled`: the task was cancelled
---* `argument`: the task waits for this one
---
---```lua
---local task = require "task"
---
---local failing = task.spawn(function() error({ kind = "mine" }) end)
---local ok, err = pcall(failing.await, failing)
---print(ok, err.kind)  --> false  mine
---```
---
---Since 0.1.
---@async
---@return any ... the results
function Task:await() end

---Cancels the task: it ends at its next wait or instruction.
---
---Cancellation is no error that the task could catch; its `__close` handlers run.
---
---```lua
---local task = require "task"
---
---local sleeper = task.spawn(function() task.sleep("1h") end)
---sleeper:cancel()
---```
---
---Since 0.1.
function Task:cancel() end

---A group of tasks: the first failure cancels the others.
---@class task.Group
local Group = {}

---Starts `f(...)` as a task of the group.
---
---Raises
---
---* `argument`: the group has ended already
---
---```lua
---local task = require "task"
---
---print(task.group(function(group)
---  local one = group:spawn(function(n) return n + 1 end, 1)
---  return one:await()
---end))  --> 2
---```
---
---Since 0.1.
---@param f function what to run
---@param ... any its arguments
---@return task.Task task the task
function Group:spawn(f, ...) end

---Run parts of a workflow at the same time.
---@class task
local task = {}

---Starts `f(...)` as a task and goes on at once.
---
---The run ends when all its tasks have ended, and raises the first failure that nobody awaited.
---
---```lua
---local task = require "task"
---
---local sum = task.spawn(function(a, b) task.sleep("10ms") return a + b end, 1, 2)
---print(sum:await())  --> 3
---```
---
---Since 0.1.
---@param f function what to run
---@param ... any its arguments
---@return task.Task task the task
function task.spawn(f, ...) end

---Waits for a task and returns its results; raises its error, if it failed.
---
---The same as `task:await()`, for a `pcall`.
---
---Waits: other tasks go on meanwhile.
---
---Raises
---
---* `cancelled`: the task was cancelled
---* `argument`: the task waits for this one
---
---```lua
---local task = require "task"
---
---local sleeper = task.spawn(function() task.sleep("1h") end)
---task.cancel(sleeper)
---local ok, err = pcall(task.await, sleeper)
---print(ok, err.kind)  --> false  cancelled
---```
---
---Since 0.1.
---@async
---@param task task.Task the task
---@return any ... the results
function task.await(task) end

---Cancels a task: it ends at its next wait or instruction.
---
---The same as `task:cancel()`.
---
---```lua
---local task = require "task"
---
---local sleeper = task.spawn(function() task.sleep("1h") end)
---task.cancel(sleeper)
---```
---
---Since 0.1.
---@param task task.Task the task
function task.cancel(task) end

---Waits; other tasks go on.
---
---Waits: other tasks go on meanwhile.
---
---```lua
---local task = require "task"
---
---task.sleep("20ms")
---```
---
---Since 0.1.
---@async
---@param duration duration such as "90s", or a number of seconds
function task.sleep(duration) end

---Calls `f(item, index)` for every item, several at a time; returns the results in order.
---
---The first failure cancels the other calls and is raised, as the same value.
---
---Waits: other tasks go on meanwhile.
---
---```lua
---local task = require "task"
---
---local squares = task.map({ 1, 2, 3 }, { concurrency = 2 }, function(n) task.sleep("5ms") return n * n end)
---print(table.concat(squares, " "))  --> 1 4 9
---```
---
---Since 0.1.
---@async
---@generic T, R
---@param list T[] the items
---@param options task.MapOptions how many at a time
---@param f fun(item: T, index: integer): R what to call
---@return R[] results the first result of each call
---@overload fun(list: T[], f: fun(item: T, index: integer): R): R[]
function task.map(list, options, f) end

---Calls `f(group)` and waits for all tasks that `group:spawn` started; the first failure cancels the others.
---
---No task outlives its group. The first failure cancels the others and is raised.
---
---Waits: other tasks go on meanwhile.
---
---```lua
---local task = require "task"
---
---local total = 0
---task.group(function(group)
---  for i = 1, 3 do group:spawn(function() total = total + i end) end
---end)
---print(total)  --> 6
---```
---
---Since 0.1.
---@async
---@param f fun(group: task.Group): any what to run
---@return any ... what `f` returned
function task.group(f) end

---Runs all functions; returns the results of the first that ends, once the others are cancelled.
---
---If the first to end has raised, that is raised. The others have ended, too, when it returns.
---
---Waits: other tasks go on meanwhile.
---
---Raises
---
---* `argument`: the list is empty
---
---```lua
---local task = require "task"
---
---print(task.race { function() task.sleep("1h") return "slow" end, function() return "fast" end })  --> fast
---```
---
---Since 0.1.
---@async
---@param functions (fun(): any)[] what to run
---@return any ... the results of the first
function task.race(functions) end

---Calls `f()`; cancels it and raises an error of kind "timeout" when it takes longer.
---
---Waits: other tasks go on meanwhile.
---
---Raises
---
---* `timeout`: the time is over
---
---```lua
---local task = require "task"
---
---local ok, err = pcall(task.timeout, "10ms", function() task.sleep("1h") end)
---print(ok, err.kind)  --> false  timeout
---```
---
---Since 0.1.
---@async
---@param duration duration the longest it may take
---@param f fun(): any what to run
---@return any ... what `f` returned
function task.timeout(duration, f) end

---Calls `f()` and waits for it and its tasks; a cancellation has to wait until they have ended.
---
---Waits: other tasks go on meanwhile.
---
---```lua
---local task = require "task"
---
---local saved = task.shield(function() task.sleep("5ms") return "saved" end)
---print(saved)  --> saved
---```
---
---Since 0.1.
---@async
---@param f fun(): any what to run
---@return any ... what `f` returned
function task.shield(f) end

return task
