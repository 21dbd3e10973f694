-- A fleet from a CSV file, wave by wave, four imports at a time.
-- Some rows are wrong on purpose: a disk that is too small is tried again, larger; a missing object,
-- a bad name and a file that is not what it says are explained. Ends with status 1 when a row failed.
local ims, csv, log, args = require "ims", require "csv", require "log", require "args"

local path = args.positional[1] or args.directory .. "/fleet.csv"
local tag = { fleet = "example" }

-- Images of an earlier run make room first: all are deleted, then all are waited for.
local old = {}
for image in ims.images { tag = tag } do
  log.info("removing an image of an earlier run", { name = image.name, status = image.status, id = image.id })
  image:delete()
  old[#old + 1] = image
end
for _, image in ipairs(old) do image:wait_gone() end

-- Read the waves.
local waves = {}
for row in csv.rows(path) do
  local n = math.tointeger(tonumber(row.wave)) or error("fleet.csv: 'wave' must be a number, got " .. row.wave)
  waves[n] = waves[n] or {}
  table.insert(waves[n], ims.system_image {
    name       = row.name,
    image_url  = row.image_url,
    os_version = row.os_version,
    min_disk   = math.tointeger(tonumber(row.min_disk)),
    image_tags = { fleet = tag.fleet, wave = row.wave },
  })
end

-- What a failure means to a reader: field, code and hint.
local function explain(err)
  if not err.report then
    local reason = err.job_status and err.job_status.fail_reason or err.message
    return ("%s: %s (%s)"):format(err.code or err.kind, reason, err.hint or "no hint")
  end
  local lines = {}
  for _, finding in ipairs(err.report.errors) do
    lines[#lines + 1] = ("%s, %s: %s (%s)"):format(finding.field, finding.code or "rule " .. finding.rule, finding.message, finding.hint)
  end
  return table.concat(lines, "; ")
end

local summary, failed = {}, 0
for n, wave in ipairs(waves) do
  local results = ims.import_all(wave, { concurrency = 4 })
  for _, entry in ipairs(results) do
    local outcome, note = entry.result, ""
    if entry.error and entry.error.code == "IMG.0111" then           -- disk too small: once more, larger
      local larger = entry.image:with { min_disk = entry.image.min_disk * 2 }
      log.warn("min_disk too small, trying again", { image = larger.name, min_disk = larger.min_disk })
      outcome, note = ims.import(larger), "second try, min_disk " .. larger.min_disk
    end
    if not outcome then
      failed, note = failed + 1, explain(entry.error)
    end
    table.insert(summary, { n, entry.image.name, outcome and "ok" or "FAILED", note })
  end
end

print(("%-5s %-22s %-7s %s"):format("WAVE", "NAME", "RESULT", "NOTE"))
for _, row in ipairs(summary) do print((("%-5d %-22s %-7s %s"):format(table.unpack(row)):gsub("%s+$", ""))) end

print("\nImages of this fleet:")
local count = 0
for image in ims.images { tag = tag, status = "active", sort_key = "name", sort_dir = "asc" } do
  count = count + 1
  print(("%s  %-22s min_disk %3d  %s"):format(image.id, image.name, image.min_disk, image.os_version))
end
print(("\n%d images, %d rows failed"):format(count, failed))
os.exit(failed == 0)
