local plugin = require "plugin"

local M = {}
local config = plugin.config

local function matches(value, pattern)
  return value:match("^" .. pattern .. "$") ~= nil
end

-- The rules for a project: those for all, and over them its own.
local function rules(project)
  local name_pattern, tags = config.name_pattern, {}
  for key, pattern in pairs(config.required_tags) do tags[key] = pattern end
  for rule, pattern in pairs(config.projects[project] or {}) do
    local key = rule:match "^tag%.(.+)$"
    if key then
      tags[key] = pattern
    elseif rule == "name_pattern" then
      name_pattern = pattern
    else
      error(("projects.%s has '%s'; expected name_pattern or tag.KEY"):format(project, rule))
    end
  end
  return name_pattern, tags
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

function M.on_validate(image, report)
  local project = image.enterprise_project_id
  if project == nil or project == "" then project = "0" end
  local where = config.projects[project] and (" in project " .. project) or ""
  local name_pattern, required = rules(project)

  local function refuse(field, message, hint)
    if config.hint then hint = hint and (hint .. "; " .. config.hint) or config.hint end
    report:refuse(field, message, hint)
  end

  local name = image.name or ""
  if name_pattern and not matches(name, name_pattern) then
    refuse("name", ("the name '%s' does not match %s%s"):format(name, name_pattern, where))
  end
  local tags = plugin.tags(image)
  for _, key in ipairs(sorted_keys(required)) do
    local value = tags[key]
    if value == nil then
      refuse("image_tags", ("the tag '%s' is missing%s"):format(key, where), ("its value must match %s"):format(required[key]))
    elseif not matches(value, required[key]) then
      refuse("image_tags", ("the tag '%s' is '%s', which does not match %s%s"):format(key, value, required[key], where))
    end
  end
  for _, key in ipairs(config.forbidden_tags) do
    if tags[key] ~= nil then refuse("image_tags", ("the tag '%s' is not allowed"):format(key), "leave it out") end
  end
end

return M
