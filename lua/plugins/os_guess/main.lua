local log, plugin, systems = require "log", require "plugin", require "lib.systems"

local M = {}

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
  local system = guess(file) or guess(image.name)
  if system then
    image.os_version = system
    log.info("os_version guessed", { image = image.name, os_version = system })
  end
end

function M.on_validate(image, report)
  if lacks_system(image) then
    report:warn("os_version", "neither the file's nor the image's name tells its system", "name it like ubuntu-22.04-web, or give os_version")
  end
end

return M
