-- A run as one page of HTML that needs nothing else.
local plugin, time = require "plugin", require "time"

local M = {}

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }
local function html(value) return (tostring(value):gsub("[&<>\"']", entities)) end

local function brief(seconds)
  if not seconds then return "" end
  if seconds < 10 then return ("%.1f s"):format(seconds) end
  seconds = math.floor(seconds + 0.5)
  if seconds < 60 then return seconds .. " s" end
  if seconds < 3600 then return ("%d min %d s"):format(seconds // 60, seconds % 60) end
  return ("%d h %d min"):format(seconds // 3600, seconds % 3600 // 60)
end

local function clock(moment) return (time.format(moment):gsub("T", " "):gsub("%..*Z$", "Z"):gsub("Z$", " UTC")) end

-- A round step that gives about six marks.
local function step(length)
  local steps = { 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400 }
  for _, candidate in ipairs(steps) do
    if length / candidate <= 7 then return candidate end
  end
  return math.ceil(length / 7 / 86400) * 86400
end

local function bar(kind, from, to, length, title)
  return ('<div class="bar %s" style="left:%.3f%%;width:%.3f%%" title="%s"></div>'):format(
    kind, from / length * 100, math.max(0, to - from) / length * 100, html(title))
end

local words = { succeeded = "imported", failed = "failed", detached = "goes on in the cloud", running = "goes on in the cloud" }

local function timeline(summary)
  local began = summary.began
  local length = math.max(summary.ended - began, 0.001)
  local out = {}
  for _, image in ipairs(summary.images) do
    local ended = image.ended or summary.ended
    local sent = image.submitted or ended
    local bars = {}
    if sent - image.began > length / 500 then
      bars[#bars + 1] = bar("queue", image.began - began, sent - began, length, "before it was sent: " .. brief(sent - image.began))
    end
    if image.submitted or image.status ~= "failed" then
      bars[#bars + 1] = bar(image.status, sent - began, ended - began, length, words[image.status] .. " after " .. brief(ended - sent))
    else
      bars[#bars + 1] = bar("failed", image.began - began, ended - began, length, "refused after " .. brief(ended - image.began))
    end
    out[#out + 1] = ('<div class="row"><div class="name" title="%s">%s</div><div class="track">%s</div></div>'):format(
      html(image.name or "?"), html(image.name or "?"), table.concat(bars))
  end
  local marks, size = {}, step(length)
  for index = 0, math.floor(length / size) do
    local label = index == 0 and "0" or brief(index * size):gsub(" 0 s$", ""):gsub(" 0 min$", "")
    marks[#marks + 1] = ('<span style="left:%.3f%%">%s</span>'):format(index * size / length * 100, label)
  end
  -- Of many rows one end is out of sight, so both have the times.
  local axis = '<div class="row axis"><div></div><div class="track">' .. table.concat(marks) .. "</div></div>"
  if #out > 20 then table.insert(out, 1, axis) end
  out[#out + 1] = axis
  out[#out + 1] = '<p class="legend"><i style="background:var(--queue)"></i>waiting to be sent <i style="background:var(--good)"></i>imported '
    .. '<i style="background:var(--bad)"></i>failed <i style="background:var(--open)"></i>goes on in the cloud</p>'
  return ('<div class="%s">\n%s\n</div>'):format(#summary.images > 60 and "rows dense" or "rows", table.concat(out, "\n"))
end

local function failures(summary)
  local rows = {}
  for _, image in ipairs(summary.images) do
    local err = image.error
    if image.status == "failed" and err then
      rows[#rows + 1] = ("<tr><td>%s</td><td>%s</td><td>%s%s</td><td>%s</td></tr>"):format(
        html(image.name or "?"), err.code and "<code>" .. html(err.code) .. "</code>" or html(err.kind or ""), html(err.message or ""),
        image.job_id and "<br><code>job " .. html(image.job_id) .. "</code>" or "", html(err.hint or ""))
    end
  end
  if #rows == 0 then return "" end
  return '<h2>Failures</h2><div class="scroll"><table><thead><tr><th>Image</th><th>Code</th><th>Why</th><th>What to do</th></tr></thead><tbody>\n'
    .. table.concat(rows, "\n") .. "</tbody></table></div>"
end

local function images(summary)
  local rows = {}
  for _, image in ipairs(summary.images) do
    local kind = image.status == "succeeded" and "good" or image.status == "failed" and "bad" or "open"
    local request = image.image or {}
    rows[#rows + 1] = ('<tr><td>%s</td><td class="%s">%s%s</td><td><code>%s</code></td><td>%s</td><td class="time">%s</td></tr>'):format(
      html(image.name or "?"), kind, words[image.status], image.reused and " (there already)" or "",
      html(image.image_id or image.job_id and "job " .. image.job_id or ""), html(request.image_url or ""),
      brief(image.job_duration or image.ended and image.submitted and image.ended - image.submitted))
  end
  return '<h2>Images</h2><div class="scroll"><table><thead><tr><th>Image</th><th>Status</th><th>Id</th><th>File</th><th>Took</th></tr></thead><tbody>\n'
    .. table.concat(rows, "\n") .. "</tbody></table></div>"
end

local function number(value, label, kind)
  return ('<div><b class="%s">%s</b><span>%s</span></div>'):format(kind or "", value, label)
end

-- The page for a summary as on_run_finished gets it.
function M.render(summary, title)
  local open = summary.detached + summary.running
  local numbers = {
    number(summary.count, summary.count == 1 and "image" or "images"), number(summary.succeeded, "imported", "good"),
    number(summary.failed, "failed", summary.failed > 0 and "bad" or nil),
    number(open, "in the cloud", open > 0 and "open" or nil), number(brief(summary.duration), "in all"),
  }
  local left = summary.count - #summary.images
  return table.concat({
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    "<title>" .. html(title) .. "</title>", "<style>", plugin.file "lib/style.css", "</style></head><body>",
    "<h1>" .. html(title) .. "</h1>", '<p class="when">' .. clock(summary.began) .. " to " .. clock(summary.ended) .. "</p>",
    '<div class="numbers">' .. table.concat(numbers) .. "</div>", failures(summary), "<h2>Timeline</h2>", timeline(summary),
    left > 0 and ("<p>%d more are counted above, but not shown.</p>"):format(left) or "", images(summary),
    "</body></html>\n",
  }, "\n")
end

return M
