---@meta env

-- Written from the declarations of slipway 0.1.0; do not edit.

---Environment variables.
---@class env
local env = {}

---The value of an environment variable, or the default, or nil.
---
---```lua
---local env = require "env"
---
---print(env.get("NO_SUCH_VARIABLE", "none"))  --> none
---```
---
---Since 0.1.
---@nodiscard
---@param name string the variable's name
---@param default? any what to return when it is not set
---@return any value the variable's text, or the default
function env.get(name, default) end

---The value of an environment variable that must be set and not empty.
---
---Raises
---
---* `argument`: it is not set, or empty
---
---```lua
---local env = require "env"
---
---print(#env.require "PATH" > 0)  --> true
---```
---
---Since 0.1.
---@nodiscard
---@param name string the variable's name
---@return string value the variable's text
function env.require(name) end

return env
