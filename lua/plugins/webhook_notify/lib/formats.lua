-- The bodies that servers want.
local message = require "lib.message"

local M = {}

function M.json(kind, event, source)
  return { event = kind, source = source, data = event }
end

local colours = { good = "#2e7d32", bad = "#c62828", info = "#1565c0" }

-- Slack reads three characters as markup.
local function slack_text(text)
  return (text:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }))
end

function M.slack(kind, event, source)
  local headline, facts, mood = message.describe(kind, event)
  local fields = {}
  for index, fact in ipairs(facts) do
    fields[index] = { title = slack_text(fact.name), value = slack_text(fact.value), short = #fact.value < 40 }
  end
  if source then headline = source .. ": " .. headline end
  return { text = slack_text(headline), attachments = { { color = colours[mood], fallback = slack_text(headline), fields = fields } } }
end

local styles = { good = "Good", bad = "Attention", info = "Accent" }

function M.teams(kind, event, source)
  local headline, facts, mood = message.describe(kind, event)
  local set = {}
  for index, fact in ipairs(facts) do set[index] = { title = fact.name, value = fact.value } end
  local body = { { type = "TextBlock", text = headline, weight = "Bolder", wrap = true, color = styles[mood] } }
  if source then body[#body + 1] = { type = "TextBlock", text = source, isSubtle = true, spacing = "None", wrap = true } end
  if #set > 0 then body[#body + 1] = { type = "FactSet", facts = set } end
  return {
    type = "message",
    attachments = {
      {
        contentType = "application/vnd.microsoft.card.adaptive",
        content = {
          ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json", type = "AdaptiveCard", version = "1.4", body = body,
        },
      },
    },
  }
end

return M
