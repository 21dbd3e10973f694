---@meta csv

-- Written from the declarations of slipway 0.1.0; do not edit.

---How to read a file.
---@class (exact) csv.Options
---@field separator? string one ASCII character, ',' by default

---Comma-separated values.
---@class csv
local csv = {}

---The rows of a file with a header, each a table by column name; all values are strings.
---
---The file is read as the loop goes on. Fields may stand in double quotes, as RFC 4180 says.
---
---Raises
---
---* `not_found`: the file does not exist
---* `permission`: it cannot be read
---* `argument`: it is empty, a row has too many or too few fields, a quote is not closed
---
---```lua
---local csv = require "csv"
---
---for row in csv.rows "lua/examples/fleet.csv" do
---  print(row.wave, row.name)  --> 1  fleet-golden-ubuntu
---  break
---end
---```
---
---Since 0.1.
---@nodiscard
---@param path string relative paths start at the working directory
---@param options? csv.Options how to read it
---@return fun(): table<string, any> iterator for row in csv.rows(path) do
function csv.rows(path, options) end

return csv
