-- From the words of a file name to the names of the service's list. A rule is a Lua pattern over the name in lower case with
-- every separator as "-", and what its captures mean.
local M = {}

local function bounded(number, from, to)
  number = tonumber(number)
  return number and number >= from and number <= to and math.tointeger(number) or nil
end

local rules = {
  { "^ubuntu%-?(%d%d)%-?(%d%d)%-", function(year, month)
    local known = { ["2004"] = true, ["2204"] = true }
    if known[year .. month] then return ("Ubuntu %s.%s Server 64bit"):format(year, month) end
  end },
  { "^debian%-?(%d%d)%-(%d%d?)%-", function(major, minor)
    local last = { ["10"] = 13, ["11"] = 7, ["12"] = 0 }
    minor = last[major] and bounded(minor, 0, last[major])
    if minor then return ("Debian GNU/Linux %s.%d.0 64bit"):format(major, minor) end
  end },
  { "^debian%-?(%d%d)%-", function(major)
    if bounded(major, 10, 12) then return ("Debian GNU/Linux %s.0.0 64bit"):format(major) end
  end },
  { "^centos%-?([78])%-?(%d)%-", function(major, minor)
    local last = { ["7"] = 9, ["8"] = 5 }
    if bounded(minor, 0, last[major]) then return ("CentOS %s.%s 64bit"):format(major, minor) end
  end },
  { "^opensuse%-?leap%-?15%-?(%d)%-", function(minor) if bounded(minor, 0, 5) then return ("openSUSE 15.%s 64bit"):format(minor) end end },
  { "^opensuse%-?15%-?(%d)%-", function(minor) if bounded(minor, 0, 5) then return ("openSUSE 15.%s 64bit"):format(minor) end end },
  { "^sles%-?15%-?sp(%d)%-", function(pack)
    if bounded(pack, 1, 5) then return ("SUSE Linux Enterprise Server 15 SP%s 64bit"):format(pack) end
  end },
  { "^fedora%-?(3%d)%-", function(version) return ("Fedora %s 64bit"):format(version) end },
  { "^euleros%-?2%-(%d%d?)%-", function(minor)
    local known = { ["1"] = 1, ["2"] = 1, ["3"] = 1, ["5"] = 1, ["9"] = 1, ["11"] = 1, ["12"] = 1 }
    if known[minor] then return ("EulerOS 2.%s 64bit"):format(minor) end
  end },
  { "^windows?%-?server%-?(20%d%d)%-", function(year)
    local known = { ["2016"] = true, ["2019"] = true, ["2022"] = true }
    if known[year] then return ("Windows Server %s Standard 64bit"):format(year) end
  end },
  { "^win(20%d%d)%-", function(year)
    local known = { ["2016"] = true, ["2019"] = true, ["2022"] = true }
    if known[year] then return ("Windows Server %s Standard 64bit"):format(year) end
  end },
}

-- The system that a name tells of; nil when it tells of none, or of one that the list does not have.
function M.guess(name)
  local words = name:lower():gsub("%.[a-z0-9]+$", ""):gsub("[^a-z0-9]+", "-") .. "-"
  -- At the beginning of the name and behind every separator.
  local from = 1
  repeat
    local rest = words:sub(from)
    for _, rule in ipairs(rules) do
      local first, second = rest:match(rule[1])
      local system = first and rule[2](first, second)
      if system then
        if system:find "^Windows" and words:find "%-datacenter%-" then system = system:gsub("Standard", "Datacenter") end
        return system
      end
    end
    from = (words:find("-", from, true) or #words) + 1
  until from > #words
  return nil
end

return M
