local ims = require "ims"

local function image(name, key, disk)
  return ims.system_image { name = name, image_url = "images:" .. key, os_version = "CentOS 7.0 64bit", min_disk = disk or 40 }
end
local function show(title, report)
  print(title, report.ok, #report.findings, #report.errors, #report.warnings)
  for _, finding in ipairs(report.findings) do
    print("", finding.severity, finding.check, finding.rule, finding.name, finding.field, finding.code, (finding.message:gsub("%x+%-%x+%-%x+%-%x+%-%x+", "UUID")))
    print("", "", finding.hint)
  end
end

-- The report is made of what the cloud holds.
show("good", image("one", "small.zvhd2"):preflight())
show("missing", image("one", "none.zvhd2"):preflight())
show("no bucket", ims.data_image { name = "d", image_url = "nowhere:x.zvhd2", min_disk = 10 }:preflight())
show("too small", image("one", "big.zvhd2"):preflight { timeout = "20s" })
show("skipped", image("one", "big.zvhd2"):preflight { skip = { "min_disk" }, timeout = 20 })
show("no place", image("one", "x"):with { image_url = "nothing" }:preflight { skip = { "quota", "name", "running_jobs", "project" } })

-- Submitting does the same, and sends nothing that cannot succeed.
local ok, err = pcall(ims.import, image("two", "big.zvhd2"))
print(ok, err.kind, err.code, err.retryable, err.job, err.status)
print(err)
print(err.hint)
print(#err.report.findings, err.report.errors[1].check, err.image.name, err.record ~= nil)
for _, failure in ipairs { ims.import_all { image("three", "none.zvhd2"), image("four", "small.zvhd2") } } do
  for _, entry in ipairs(failure) do print(entry.image.name, entry.ok, entry.error and entry.error.kind) end
end

-- What is left out, the cloud finds out itself.
ok, err = pcall(function() return image("five", "none.zvhd2"):submit { skip_preflight = { "object" } }:wait() end)
print(ok, err.kind, err.code)
ok, err = pcall(ims.import, image("six", "none.zvhd2"), { preflight = false })
print(ok, err.kind, err.code)
print(ims.import_all({ image("seven", "none.zvhd2") }, { preflight = false, concurrency = 1 })[1].error.kind)

-- A name in use is a warning; the same import again is not asked about at all.
print(ims.import(image("four", "small.zvhd2")).reused)
show("in use", image("four", "small.zvhd2", 50):preflight { skip = { "content" } })

-- Wrong words.
print(pcall(function() image("a", "b"):preflight { skip = { "objct" } } end))
print(pcall(ims.import, image("a", "b"), { skip_preflight = { "quota", "quotas" } }))
print(pcall(function() image("a", "b"):preflight { timeout = 0 } end))
print(pcall(function() image("a", "b"):preflight { skp = {} } end))
print(pcall(function() image("a", "b"):preflight { skip = "object" } end))
