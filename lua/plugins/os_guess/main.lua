local log, obs, plugin, systems = require "log", require "obs", require "plugin", require "lib.systems"

local M = {}
-- What was found on a disk, by the object and its entity tag, so that a fleet from one object is looked into once.
local seen = {}

local function look(image, bucket, key)
  local head = obs.head(bucket, key)
  local object = ("%s:%s %s"):format(bucket, key, head.etag)
  local found = seen[object]
  if not found then
    local inspection = obs.inspect(bucket, key, { operating_system = true })
    found = inspection.suggested_os_version or { exact = false, note = (inspection.operating_system_search or {}).reason }
    seen[object] = found
  end
  if found.value and (found.exact or plugin.config.nearest) then
    if not found.exact then log.warn("os_version is the nearest listed", { image = image.name, os_version = found.value, why = found.note }) end
    return found.value
  end
  log.info("the disk does not tell os_version", { image = image.name, nearest = found.value, why = found.note })
  return nil
end

-- The system on the disk; nil where it is not to be looked for, may not be, or is not to be found.
local function on_disk(image)
  local bucket, key = (image.image_url or ""):match "^([^/:]+):([^:].*)$"
  if not plugin.config.from_disk or not bucket then return nil end
  local ok, result = pcall(look, image, bucket, key)
  if ok then return result end
  log.warn("the disk cannot be looked into", { image = image.name, why = tostring(result) })
  return nil
end

local function guess(name)
  if not name then return nil end
  local keys = {}
  for key in pairs(plugin.config.rules) do keys[#keys + 1] = key end
  -- The longest name says most.
  table.sort(keys, function(a, b) if #a ~= #b then return #a > #b end return a < b end)
  for _, key in ipairs(keys) do
    if name:lower():find(key:lower(), 1, true) then return plugin.config.rules[key] end
  end
  return systems.guess(name)
end

local function lacks_system(image) return image.type ~= "DataImage" and (image.os_version == nil or image.os_version == "") end

function M.on_request(image)
  if not lacks_system(image) then return end
  local file = image.image_url and image.image_url:match "[^/:]+$"
  local system = on_disk(image) or guess(file) or guess(image.name)
  if system then
    image.os_version = system
    log.info("os_version guessed", { image = image.name, os_version = system })
  end
end

function M.on_validate(image, report)
  if lacks_system(image) then
    report:warn("os_version", "nothing tells which system it is: neither " .. (plugin.config.from_disk and "its disk, " or "") .. "the name of the file nor that of the image", "name it like ubuntu-22.04-web, or give os_version")
  end
end

return M
