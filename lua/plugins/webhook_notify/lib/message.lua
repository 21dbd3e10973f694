-- What an event is called, in a line, with a few facts, for people.
local M = {}

local function brief(seconds)
  if not seconds then return nil end
  seconds = math.floor(seconds + 0.5)
  if seconds < 60 then return seconds .. " s" end
  if seconds < 3600 then return ("%d min"):format((seconds + 30) // 60) end
  return ("%d h %d min"):format(seconds // 3600, seconds % 3600 // 60)
end

local function add(facts, name, value)
  if value ~= nil and value ~= "" then facts[#facts + 1] = { name = name, value = tostring(value) } end
end

local describe = {}

function describe.submitted(event)
  local facts = {}
  add(facts, "Job", event.job_id)
  return ("%s: import started"):format(event.image_name or "An image"), facts, "info"
end

function describe.succeeded(event)
  local facts = {}
  add(facts, "Image", event.image_id)
  add(facts, "Took", brief(event.duration_seconds))
  if event.reused then add(facts, "Note", "it was there already") end
  return ("%s: imported"):format(event.image_name or "An image"), facts, "good"
end

function describe.failed(event)
  local facts = {}
  add(facts, "Reason", event.message)
  add(facts, "Code", event.code)
  add(facts, "What to do", event.hint)
  add(facts, "Job", event.job_id)
  add(facts, "Request id", event.request_id)
  return ("%s: import failed"):format(event.image_name or "An image"), facts, "bad"
end

function describe.run_finished(event)
  local facts = {}
  local names = {}
  for _, image in ipairs(event.images or {}) do
    if image.status == "failed" then names[#names + 1] = image.name or "?" end
  end
  if #names > 10 then
    local more = #names - 10
    for index = #names, 11, -1 do names[index] = nil end
    names[#names + 1] = ("and %d more"):format(more)
  end
  add(facts, "Failed", table.concat(names, ", "))
  add(facts, "Took", brief(event.duration))
  local kind = event.failed > 0 and "bad" or event.detached > 0 and "info" or "good"
  local text = ("%d of %d images imported"):format(event.succeeded, event.count)
  if event.failed > 0 then text = text .. (", %d failed"):format(event.failed) end
  if event.detached > 0 then text = text .. (", %d go on in the cloud"):format(event.detached) end
  return text, facts, kind
end

-- Headline, facts, and good, bad or info.
function M.describe(kind, event) return describe[kind](event) end

return M
