---@meta args

-- Written from the declarations of slipway 0.1.0; do not edit.

---The words given to the script after `--`.
---@class args
---@field positional string[] the words that are no options, in order
---@field options table<string, any> --NAME=VALUE as text and --NAME as true, by name
---@field script string the script's path as it was given; nil when it was read from standard input
---@field directory string the directory of the script, for files beside it
local args = {}

---The option --NAME=VALUE, or the default, or nil.
---
---```lua
---local args = require "args"
---
---local wave = tonumber(args.get("wave", "1"))  -- slipway run fleet.lua -- --wave=2
---print(wave)  --> 1
---```
---
---Since 0.1.
---@nodiscard
---@param name string the option's name without dashes
---@param default? any what to return when it was not given
---@return any value the text after '=', true for a bare --NAME, or the default
function args.get(name, default) end

return args
