-- The fields of a request, and how a text becomes the value of one.
local M = {}

local function text(value) return value end

local function integer(value)
  local number = math.tointeger(tonumber(value))
  if not number then return nil, ("expected a whole number, got '%s'"):format(value) end
  return number
end

-- key=value;key=value
local function tags(value)
  local result = {}
  for entry in value:gmatch "[^;]+" do
    local key, content = entry:match "^%s*([^=]-)%s*=%s*(.-)%s*$"
    if not key or key == "" then return nil, ("expected key=value;key=value, got '%s'"):format(value) end
    if result[key] then return nil, ("the tag '%s' is there twice"):format(key) end
    result[key] = content
  end
  return result
end

M.known = {
  name = text, description = text, image_url = text, os_version = text, os_type = text, type = text, architecture = text,
  hw_firmware_type = text, enterprise_project_id = text, license_type = text, min_disk = integer, image_tags = tags,
}

function M.names()
  local names = {}
  for name in pairs(M.known) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- The value of a field from its text; nil and why not.
function M.value(field, content) return M.known[field](content) end

return M
