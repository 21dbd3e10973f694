local csv = require "csv"
for row in csv.rows "data/fleet.csv" do print(row.name, row.size, row.note) end
local count = 0
for row in csv.rows("data/semicolon.csv", { separator = ";" }) do count = count + 1; print(row.a, row.b) end
print(count)
local function why(path, options)
  local ok, err = pcall(function() for _ in csv.rows(path, options) do end end)
  print(ok, err.kind, err.message)
end
why "data/ragged.csv"
why "data/open-quote.csv"
why "data/twice.csv"
why "data/not-there.csv"
why "data"
why("data/fleet.csv", { separator = "ab" })
