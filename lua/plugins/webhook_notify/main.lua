local formats, http, plugin, task = require "lib.formats", require "http", require "plugin", require "task"

local M = {}
local config = plugin.config

local wanted = {}
for _, name in ipairs(config.events) do wanted[name] = true end

-- Whether the same message may be taken later.
local function is_passing(status) return status == 408 or status == 429 or status >= 500 end

local function send(body)
  local headers = {}
  if config.token then headers.Authorization = { "Bearer ", config.token } end
  local pause, why = 1, "there was no time for it"
  for attempt = 1, config.attempts do
    -- A little is kept back for saying so: whoever ends a call from outside does not know what it was about.
    local left = plugin.time_left() - 0.5
    if left < 0.2 then
      why = why .. "; the time for more attempts was over"
      break
    end
    local ok, answer = pcall(http.post, config.url, {
      json = body, headers = headers, timeout = math.min(config.timeout, left),
    })
    if ok and answer.ok then return end
    if ok then
      why = "it answered " .. answer.status
      if not is_passing(answer.status) then break end
    else
      if answer.kind ~= "network" and answer.kind ~= "timeout" then error(answer) end
      why = answer.message
    end
    if attempt < config.attempts then
      if pause + 0.7 > plugin.time_left() then
        why = why .. "; the time for more attempts was over"
        break
      end
      task.sleep(pause)
      pause = pause * 2
    end
  end
  error("the web hook did not take the message: " .. why, 0)
end

local function tell(kind, event)
  if wanted[kind] then send(formats[config.format](kind, event, config.source)) end
end

function M.on_submitted(job) tell("submitted", job) end
function M.on_succeeded(result) tell("succeeded", result) end
function M.on_failed(err) tell("failed", err) end
function M.on_run_finished(summary)
  if summary.count > 0 then tell("run_finished", summary) end
end

return M
