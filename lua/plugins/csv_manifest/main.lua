local csv, fields, ims, plugin = require "csv", require "lib.fields", require "ims", require "plugin"

local M = { sources = {}, commands = {} }
local config = plugin.config

-- The field that a column stands for, and the key where it is one tag: its own name, its name in the configuration, or tag:KEY.
local function field(column)
  local name = config.columns[column] or column
  local tag = name:match "^tag:(.+)$"
  if tag or fields.known[name] then return name, tag end
  if config.skip_unknown then return nil end
  error(("the column '%s' is no field; fields are %s, and tag:KEY for one tag"):format(column, table.concat(fields.names(), ", ")), 0)
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

-- The fields that columns stand for, and their tags: those of columns of their own go before those in a list.
local function read(contents, problems)
  local result, listed, single, seen = {}, {}, {}, {}
  for _, column in ipairs(sorted_keys(contents)) do
    local content, name, tag = contents[column], field(column)
    if name and seen[name] then error(("the columns '%s' and '%s' are both %s"):format(seen[name], column, name), 0) end
    if name then seen[name] = column end
    if name and content ~= "" then
      local value, why = content, nil
      if not tag then value, why = fields.value(name, content) end
      if value == nil then
        problems[#problems + 1] = ("%s: %s"):format(column, why)
      elseif tag then
        single[tag] = value
      elseif name == "image_tags" then
        listed = value
      else
        result[name] = value
      end
    end
  end
  for key, text in pairs(single) do listed[key] = text end
  return result, listed
end

-- A request from a row, and what is wrong with it.
local function request(row)
  local problems = {}
  local result, tags = read(row, problems)
  local defaults, default_tags = read(config.defaults, problems)
  for name, value in pairs(defaults) do
    if result[name] == nil then result[name] = value end
  end
  for key, text in pairs(default_tags) do
    if tags[key] == nil then tags[key] = text end
  end
  if next(tags) ~= nil then result.image_tags = tags end
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
  local path = type(options) == "string" and options or type(options) == "table" and options.path
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
  local function mistake(text)
    bad = bad + 1
    print(text)
  end
  for _, path in ipairs(args) do
    -- What keeps a file from being read to its end is one mistake more, not the end of all.
    local ok, err = pcall(function()
      for number, row in each(path) do
        count = count + 1
        local result, problems = request(row)
        if #problems == 0 then
          for _, finding in ipairs(ims.request(result):validate().errors) do
            problems[#problems + 1] = ("%s: %s"):format(finding.field, finding.message)
          end
        end
        for _, problem in ipairs(problems) do mistake(("%s, row %d: %s"):format(path, number, problem)) end
      end
    end)
    if not ok then mistake(type(err) == "string" and ("%s: %s"):format(path, err) or err.message) end
  end
  print(("%d rows, %d mistakes"):format(count, bad))
  return bad == 0 and 0 or 65
end

return M
