local fs, log, page, plugin, time = require "fs", require "log", require "lib.page", require "plugin", require "time"

local M = {}

function M.on_run_finished(summary)
  if summary.count == 0 then return end
  local moment = time.format(summary.ended)
  local path = plugin.config.path:gsub("{(%a+)}", { date = moment:sub(1, 10), time = moment:sub(12, 19):gsub(":", "") })
  fs.write(path, page.render(summary, plugin.config.title))
  log.info("report written", { path = path })
end

return M
