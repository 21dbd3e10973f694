local csv, fields, plugin = require "csv", require "lib.fields", require "plugin"

local M = { sources = {}, commands = {} }
local config = plugin.config

-- The field that a column stands for: its own name, its name in the configuration, or tag:KEY for one tag.
local function field(column)
  local name = config.columns[column] or column
  local tag = name:match "^tag:(.+)$"
  if tag or fields.known[name] then return name, tag end
  if config.skip_unknown then return nil end
  error(("the column '%s' is no field; fields are %s, and tag:KEY for one tag"):format(column, table.concat(fields.names(), ", ")), 0)
end

-- A request from a row, and what is wrong with it.
local function request(row)
  local result, problems = {}, {}
  local function set(column, content)
    local name, tag = field(column)
    if not name or content == "" then return end
    if tag then
      result.image_tags = result.image_tags or {}
      result.image_tags[tag] = content
      return
    end
    local value, why = fields.value(name, content)
    if value == nil then
      problems[#problems + 1] = ("%s: %s"):format(column, why)
    elseif name == "image_tags" and result.image_tags then
      for key, text in pairs(value) do result.image_tags[key] = text end
    else
      result[name] = value
    end
  end
  for column, content in pairs(row) do set(column, content) end
  for name, content in pairs(config.defaults) do
    if result[name] == nil then set(name, content) end
  end
  table.sort(problems)
  return result, problems
end

-- Rows with their numbers; the header is line 1, so the first row is 2 where no row has line breaks.
local function each(path)
  local number = 1
  local next_row, state, row = csv.rows(path)
  return function()
    row = next_row(state, row)
    if row == nil then return nil end
    number = number + 1
    return number, row
  end
end

function M.sources.rows(options)
  local path = type(options) == "string" and options or options and options.path
  if type(path) ~= "string" then error("rows needs { path = \"FILE.csv\" }", 0) end
  local next_row = each(path)
  return function()
    local number, row = next_row()
    if not number then return nil end
    local result, problems = request(row)
    if #problems > 0 then error(("%s, row %d: %s"):format(path, number, table.concat(problems, "; ")), 0) end
    return result
  end
end

function M.commands.check(args)
  if #args == 0 then
    print "check needs at least one file"
    return 64
  end
  local bad, count = 0, 0
  for _, path in ipairs(args) do
    for number, row in each(path) do
      count = count + 1
      local result, problems = request(row)
      for _, required in ipairs { "name", "image_url", "min_disk" } do
        if result[required] == nil and #problems == 0 then problems[#problems + 1] = required .. " is missing" end
      end
      for _, problem in ipairs(problems) do
        bad = bad + 1
        print(("%s, row %d: %s"):format(path, number, problem))
      end
    end
  end
  print(("%d rows, %d mistakes"):format(count, bad))
  return bad == 0 and 0 or 65
end

return M
