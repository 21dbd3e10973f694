local ims, task = require "ims", require "task"
local function image(name, key, disk)
  return ims.system_image { name = name, image_url = "images:" .. key, os_version = "CentOS 7.0 64bit", min_disk = disk or 40, image_tags = { run = "golden" } }
end

-- One by its primitives.
local job = image("one", "small.zvhd2"):submit()
print(#job.id, job.image_name, job.image.name)
local seen = 0
local result = job:wait { on_progress = function(status) seen = seen + 1; assert(status.status) end }
print(result.status, result.image_name, #result.image_id, seen > 0, job:poll().status, job:poll().image_id == result.image_id)
print(ims.job(job.id):wait().image_id == result.image_id)

-- Many, with failures.
local results = ims.import_all({ image("two", "small.zvhd2"), image("bad#name", "small.zvhd2"), image("three", "big.zvhd2", 40),
  image("four", "none.zvhd2"), image("five", "small.zvhd2") }, { concurrency = 3 })
print(results, #results, results.count, results.failed_count, results.failure_rate, results.all_succeeded)
for i, entry in ipairs(results) do
  print(i, entry.image.name, entry.ok, entry.error and entry.error.kind, entry.error and entry.error.code)
end
for failure in results:failed() do
  if failure.error.code == "IMG.0111" then
    print("again", ims.import(failure.image:with { min_disk = 80 }).status)
  end
end
for entry in results:succeeded() do assert(entry.result.image_id) end

-- Errors raised.
local ok, err = pcall(ims.import, image("six", "none.zvhd2"))
print(ok, err.kind, err.code, err.retryable, err.job, err.hint ~= nil, err.report.errors[1].check)
ok, err = pcall(ims.import, image("six", "none.zvhd2"), { preflight = false })
print(ok, err.kind, err.code, err.retryable, err.job.image_name, err.hint ~= nil, err.job_status.status)
ok, err = pcall(function() return image("bad#", "small.zvhd2"):submit() end)
print(ok, err.kind, err.report.errors[1].rule, err.image.name)

-- Questions, lazily paged.
local names = {}
for record in ims.images { tag = { run = "golden" }, status = "active", limit = 2, sort_key = "name", sort_dir = "asc" } do names[#names + 1] = record.name end
print(table.concat(names, " "))
local record = ims.image(result.image_id)
print(record.name, record.min_disk, record.os_version, record.status, record.raw.__os_version)
record:set_tags { extra = "yes" }
record:delete()
record:wait_gone()
local found, missing = pcall(ims.image, result.image_id)
print(found, missing.kind, missing.status)
print(ims.quota().used, ims.quota().quota)

-- While one waits, others go on.
local list = task.map({ "seven", "eight", "nine" }, { concurrency = 2 }, function(name) return ims.import(image(name, "small.zvhd2")).image_name end)
print(table.concat(list, " "))
