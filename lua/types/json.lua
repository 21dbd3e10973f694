---@meta json

-- Written from the declarations of slipway 0.1.0; do not edit.

---How to write JSON.
---@class (exact) json.Options
---@field pretty? boolean one member a line, indented

---A JSON value that a Lua table cannot express.
---@class json.Marker
local Marker = {}

---JSON text from Lua values and back.
---@class json
---@field null json.Marker JSON's null, since a Lua table cannot hold nil
---@field empty_array json.Marker an empty array, since {} is written as an object
local json = {}

---The value as JSON text, object keys sorted.
---
---A table with the elements 1 to n and nothing else is an array; an empty table is an object, `json.empty_array` an array.
---
---Raises
---
---* `argument`: a value has no JSON form; the message says where it is
---
---```lua
---local json = require "json"
---
---print(json.encode { name = "web01", tags = { "a", "b" }, note = json.null })
-----> {"name":"web01","note":null,"tags":["a","b"]}
---```
---
---Since 0.1.
---@nodiscard
---@param value any tables, strings in UTF-8, finite numbers, booleans, json.null
---@param options? json.Options how to write it
---@return string text JSON text
function json.encode(value, options) end

---The value that JSON text describes; null becomes json.null, [] and {} an empty table.
---
---A text of at most 64 MB, with at most a million values, nested at most 512 deep.
---
---Raises
---
---* `argument`: the text is not JSON or too much at once; the message says where
---
---```lua
---local json = require "json"
---
---local value = json.decode '{ "tags": ["a", "b"], "note": null }'
---print(value.tags[2], value.note == json.null)  --> b  true
---```
---
---Since 0.1.
---@nodiscard
---@param text string JSON text in UTF-8
---@return any value tables, strings, numbers, booleans, json.null
function json.decode(text) end

return json
