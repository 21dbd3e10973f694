local fs, ims, json, yaml = require "fs", require "ims", require "json", require "yaml"

local M = { sources = {}, commands = {} }

-- A table with texts as keys; the empty table may be one.
local function is_map(value)
  if type(value) ~= "table" then return false end
  for key in pairs(value) do
    if type(key) ~= "string" then return false end
  end
  return true
end

-- Tags are merged, everything else is replaced.
local function merged(defaults, entry)
  local result = {}
  for key, value in pairs(defaults) do result[key] = value end
  for key, value in pairs(entry) do
    if key == "image_tags" and is_map(value) and is_map(result.image_tags) then
      local tags = {}
      for tag, text in pairs(result.image_tags) do tags[tag] = text end
      for tag, text in pairs(value) do tags[tag] = text ~= json.null and text or nil end
      result.image_tags = tags
    elseif value == json.null then
      result[key] = nil
    else
      result[key] = value
    end
  end
  return result
end

local function read(path)
  local text = fs.read(path):gsub("^\xEF\xBB\xBF", "")
  local ok, document = pcall(yaml.decode, text)
  if not ok then error(("%s: %s"):format(path, (document.message:gsub("^yaml.decode: ", ""))), 0) end
  if type(document) ~= "table" then error(path .. ": expected a map with `images`, or a list of requests", 0) end
  if document[1] ~= nil then document = { images = document } end
  for key in pairs(document) do
    if key ~= "images" and key ~= "defaults" and key ~= "groups" then
      error(("%s: '%s' is not known; a manifest has defaults, images and groups"):format(path, tostring(key)), 0)
    end
  end
  if document.images == nil and document.groups == nil then error(path .. ": there are neither images nor groups", 0) end

  local requests = {}
  local function add(list, defaults, group, where)
    if type(list) ~= "table" or (next(list) ~= nil and list[1] == nil) then error(("%s: %s must be a list"):format(path, where), 0) end
    for number, entry in ipairs(list) do
      if not is_map(entry) then error(("%s: %s[%d] must be a map"):format(path, where, number), 0) end
      requests[#requests + 1] = { group = group, request = merged(defaults, entry), where = ("%s[%d]"):format(where, number) }
    end
  end
  local defaults = document.defaults or {}
  if not is_map(defaults) then error(path .. ": defaults must be a map", 0) end
  if document.images then add(document.images, defaults, nil, "images") end
  local groups, names = document.groups or {}, {}
  if not is_map(groups) then error(path .. ": groups must be a map", 0) end
  for name in pairs(groups) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local group = groups[name]
    if not is_map(group) then error(("%s: groups.%s must be a map"):format(path, name), 0) end
    for key in pairs(group) do
      if key ~= "images" and key ~= "defaults" then
        error(("%s: groups.%s.%s is not known; a group has defaults and images"):format(path, name, key), 0)
      end
    end
    if group.defaults ~= nil and not is_map(group.defaults) then
      error(("%s: groups.%s.defaults must be a map"):format(path, name), 0)
    end
    add(group.images or {}, merged(defaults, group.defaults or {}), name, ("groups.%s.images"):format(name))
  end
  return requests
end

function M.sources.requests(options)
  local path = type(options) == "string" and options or type(options) == "table" and options.path
  if type(path) ~= "string" then error("requests needs { path = \"FILE.yaml\" }", 0) end
  local wanted = type(options) == "table" and options.group or nil
  local list = read(path)
  local index, found = 0, wanted == nil
  for _, entry in ipairs(list) do found = found or entry.group == wanted end
  if not found then error(("%s has no group '%s'"):format(path, wanted), 0) end
  return function()
    while true do
      index = index + 1
      local entry = list[index]
      if entry == nil then return nil end
      if wanted == nil or entry.group == wanted then return entry.request, entry.group end
    end
  end
end

function M.commands.check(args)
  if #args == 0 then
    print "check needs at least one file"
    return 64
  end
  local status = 0
  for _, path in ipairs(args) do
    local ok, answer = pcall(read, path)
    if not ok then
      status = 65
      print(type(answer) == "string" and answer or ("%s: %s"):format(path, answer.message))
    else
      local mistakes = 0
      for _, entry in ipairs(answer) do
        for _, finding in ipairs(ims.request(entry.request):validate().errors) do
          mistakes, status = mistakes + 1, 65
          print(("%s, %s: %s: %s"):format(path, entry.where, finding.field, finding.message))
        end
      end
      print(("%s: %d requests, %d mistakes"):format(path, #answer, mistakes))
    end
  end
  return status
end

return M
