---@meta _

-- Written from the declarations of slipway 0.1.0; do not edit.

---A text with units such as "90s", "1h30m" or "250ms", or a number of seconds.
---@alias duration string|number

---A text with a unit such as "40GB" or "512 MiB", in steps of 1024, or a number of bytes.
---@alias size string|integer

---What sort of error it is.
---@alias ErrorKind
---| string
---| "validation" # a rule refused the request; `err.report` has every finding; nothing was sent
---| "preflight" # the cloud says that the import cannot succeed; `err.report` has every finding; nothing was sent
---| "authentication" # the cloud does not accept who asks
---| "permission" # who asks may not do this
---| "not_found" # there is no such thing
---| "conflict" # something is in the way, such as an image of the same name
---| "quota" # no more images may be made
---| "throttled" # the cloud asks for patience and retries did not help
---| "service" # the cloud answered with an error of its own, or with what says nothing
---| "network" # no answer came; after a submit the outcome may be unknown, and the hint says how to find out
---| "timeout" # a time limit is over; a job goes on and can be waited for again
---| "job_failed" # the cloud gave up; see `err.code` and `err.job_status`
---| "cancelled" # what was waited for was cancelled
---| "capability" # the script has not been granted this
---| "argument" # a call was wrong: an argument, a field or a receiver
---| "configuration" # no cloud is configured, or its entry is wrong
---| "plugin" # a plugin failed while it gave what was asked of it
---| "test" # a check of a test does not hold; see the module `test`
---| "runtime" # a script of another VM raised
---| "syntax" # a text is not Lua
---| "memory" # a script of another VM used up its memory
---| "limit" # a script of another VM passed one of its limits

---An error raised by the host, as `pcall` gives it; `tostring` makes one line of it.
---@class Error
---@field message string One line, without the position.
---@field kind? ErrorKind What sort of error it is.
---@field source? string The script that made the call that failed.
---@field line? integer The line of that call.
---@field code? string The cloud's code, such as IMG.0009 or APIGW.0301.
---@field status? integer The HTTP status, when an answer came.
---@field request_id? string The id under which the cloud's support finds the request.
---@field hint? string What to do.
---@field retryable? boolean Whether the same call may succeed later.
---@field cause? string What lies beneath.
---@field job? ims.Job The job, if there is one.
---@field job_status? ims.JobStatus The last answer about it.
---@field report? ims.Report What the rules found.
---@field image? ims.Image The request.
---@field synthetic? boolean True where a dry run made the failure up.

---The words after the script's name; `arg[0]` is the script itself.
---@type string[]
arg = nil

---Time, and the way out; no files, no processes.
---@class oslib
os = {}

---Reading only: no hooks, nothing that sets.
---@class debuglib
debug = {}

---What is loaded, and where modules are looked for; `loaded` and `preload` can be written, the rest is fixed.
---@class packagelib
package = {}

---Memory in use in KiB ("count"), or a full collection ("collect"); nothing else.
---
---```lua
---assert(collectgarbage("count") > 0)
---```
---@param option? "collect"|"count" "collect" by default
---@return number result KiB, or 0
function collectgarbage(option) end

---Compiles text; precompiled code is refused whatever the mode says.
---
---```lua
---assert(load("return 1 + 1")() == 2)
---```
---@param chunk string|function the text, or a function that gives its pieces
---@param name? string the name in messages
---@param mode? string only "t" has a meaning
---@param env? table the globals it sees
---@return function? f the compiled chunk
---@return string? problem why it does not compile
function load(chunk, name, mode, env) end

---Writes its arguments to where the program sends output.
---
---```lua
---print("one", 2)  --> one	2
---```
---@param ... any anything; `tostring` makes text of it
function print(...) end

---Loads a module of the host, or a Lua file of the search path, once.
---
---```lua
---local task = require "task"
---assert(task == require "task")
---```
---@param name string such as "task", or "lib.names" for lib/names.lua
---@return any module what the module returned
---@return any path where it was found
function require(name) end

---Sets a table's metatable; `__gc` is refused, `__close` is the way to clean up.
---
---```lua
---local t = setmetatable({}, { __index = { answer = 42 } })
---assert(t.answer == 42)
---```
---@param table table the table
---@param metatable? table nil removes it
---@return table table the table
function setmetatable(table, metatable) end

---Writes a warning to standard error once `warn("@on")` was called; not in the sandbox.
---
---```lua
---warn("@on")
---warn("@off")
---```
---@param ... string the pieces of the warning, or a control such as "@on"
function warn(...) end

---What is known of a function of the script; of C functions only that they are.
---
---```lua
---assert(debug.getinfo(1, "l").currentline > 0)
---```
---@param f function|integer a function, or a level of the stack
---@param what? string the fields wanted, as letters
---@return table? info fields such as `currentline`, `short_src` and `name`
function debug.getinfo(f, what) end

---The name and value of a local variable, or the name of a parameter.
---
---```lua
---local answer = 42
---assert(select(2, debug.getlocal(1, 1)) == 42)
---```
---@param f function|integer a function, or a level of the stack
---@param index integer its number, from 1
---@return string? name nil when there is none
---@return any value of a level only
function debug.getlocal(f, index) end

---The name and value of a variable that a function of the script has from outside.
---
---```lua
---local x = 42
---assert(select(2, debug.getupvalue(function() return x end, 1)) == 42)
---```
---@param f function the function
---@param index integer its number, from 1
---@return string? name nil when there is none
---@return any value its value
function debug.getupvalue(f, index) end

---Tells whether two functions share a variable: equal for the same one.
---
---```lua
---local x
---local f, g = function() return x end, function() x = 1 end
---assert(debug.upvalueid(f, 1) == debug.upvalueid(g, 1))
---```
---@param f function the function
---@param index integer its number, from 1
---@return any id to be compared only
function debug.upvalueid(f, index) end

---The stack as text.
---
---```lua
---assert(debug.traceback("here"):find("^here\nstack traceback:"))
---```
---@param message? any what to put in front
---@param level? integer where to begin
---@return string text the traceback
function debug.traceback(message, level) end

---Seconds of processor time.
---
---```lua
---assert(os.clock() >= 0)
---```
---@return number seconds processor time
function os.clock() end

---A time as text or as a table.
---
---```lua
---print(os.date("!%Y-%m-%d", 0))  --> 1970-01-01
---```
---@param format? string as for strftime; "*t" gives a table, a leading "!" means UTC
---@param time? integer seconds since 1970; now when absent
---@return any date text, or a table for "*t"
function os.date(format, time) end

---Seconds between two times.
---
---```lua
---assert(os.difftime(os.time(), os.time()) <= 0)
---```
---@param later integer a time of os.time
---@param earlier integer another
---@return number seconds later - earlier
function os.difftime(later, earlier) end

---Ends the whole run with a status; `__close` handlers still run.
---@param code? boolean|integer true is 0, false is 1; 0 by default
function os.exit(code) end

---Seconds since 1970, now or of a date.
---
---```lua
---assert(os.time() > os.time { year = 2020, month = 1, day = 1 })
---```
---@param date? table year, month, day, hour, min, sec
---@return integer seconds since 1970
function os.time(date) end

-- Not there: dofile, loadfile, io, string.dump, os.execute, os.getenv, os.remove, os.rename, os.setlocale, os.tmpname, package.loadlib, package.searchers, package.searchpath, debug.debug, debug.gethook, debug.getmetatable, debug.getregistry, debug.getuservalue, debug.sethook, debug.setlocal, debug.setmetatable, debug.setupvalue, debug.setuservalue, debug.upvaluejoin.
