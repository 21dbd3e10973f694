---@meta log

-- Written from the declarations of slipway 0.1.0; do not edit.

---Messages with fields, on standard error.
---@class log
local log = {}

---Writes a message at level debug.
---
---`--log-level` says which levels are shown.
---
---```lua
---local log = require "log"
---
---log.debug("wave ended", { wave = 2, failed = 0 })
---```
---
---Since 0.1.
---@param message string one line of text
---@param fields? table<string, any> names and values that go with it
function log.debug(message, fields) end

---Writes a message at level info.
---
---`--log-level` says which levels are shown.
---
---```lua
---local log = require "log"
---
---log.info("wave ended", { wave = 2, failed = 0 })
---```
---
---Since 0.1.
---@param message string one line of text
---@param fields? table<string, any> names and values that go with it
function log.info(message, fields) end

---Writes a message at level warn.
---
---`--log-level` says which levels are shown.
---
---```lua
---local log = require "log"
---
---log.warn("wave ended", { wave = 2, failed = 0 })
---```
---
---Since 0.1.
---@param message string one line of text
---@param fields? table<string, any> names and values that go with it
function log.warn(message, fields) end

---Writes a message at level error.
---
---`--log-level` says which levels are shown.
---
---```lua
---local log = require "log"
---
---log.error("wave ended", { wave = 2, failed = 0 })
---```
---
---Since 0.1.
---@param message string one line of text
---@param fields? table<string, any> names and values that go with it
function log.error(message, fields) end

return log
