---@meta time

-- Written from the declarations of slipway 0.1.0; do not edit.

---Points in time and durations.
---@class time
local time = {}

---Seconds since 1970-01-01 UTC, with fractions.
---
---```lua
---local time = require "time"
---
---print(time.now() > time.parse "2024-01-01T00:00:00Z")  --> true
---```
---
---Since 0.1.
---@nodiscard
---@return number seconds seconds since 1970-01-01 UTC
function time.now() end

---Seconds since 1970 of a time in ISO 8601, such as 2024-11-06T06:21:08.769Z.
---
---Raises
---
---* `argument`: the text is not such a time
---
---```lua
---local time = require "time"
---
---print(time.parse "1970-01-02T01:00:00+01:00")  --> 86400.0
---```
---
---Since 0.1.
---@nodiscard
---@param text string a time with a zone: Z or +01:00
---@return number seconds seconds since 1970-01-01 UTC
function time.parse(text) end

---A point in time as ISO 8601 in UTC.
---
---Raises
---
---* `argument`: it lies outside the years 1 to 9999
---
---```lua
---local time = require "time"
---
---print(time.format(86400))  --> 1970-01-02T00:00:00Z
---```
---
---Since 0.1.
---@nodiscard
---@param seconds? number seconds since 1970; now when absent
---@return string text such as 2024-11-06T06:21:08Z
function time.format(seconds) end

---The seconds of a duration such as 90s, 1h30m or 4h.
---
---```lua
---local time = require "time"
---
---print(time.duration "1h30m")  --> 5400.0
---```
---
---Since 0.1.
---@nodiscard
---@param duration duration text with units, or seconds
---@return number seconds seconds
function time.duration(duration) end

return time
