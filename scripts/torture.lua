-- The imports of scripts/torture: import number n of the plan is recognised by its tag n, whatever its name.
local ims, args, json, fs, task = require "ims", require "args", require "json", require "fs", require "task"

local plan = json.decode(fs.read(args.positional[1]))
local imports = plan.imports
if args.positional[2] == "run-backwards" then
  imports = {}
  for i = #plan.imports, 1, -1 do imports[#imports + 1] = plan.imports[i] end
end
local images = {}
for i, entry in ipairs(imports) do
  images[i] = ims.system_image {
    name = entry.name, image_url = "torture:" .. entry.object, os_version = "Ubuntu 22.04 Server 64bit", min_disk = 20,
    image_tags = { n = tostring(entry.n) },
  }
end

local open = 0

-- Those that are to be made anew each time go one by one, beside the others.
local results = {}
local anew = task.spawn(function()
  return task.map(imports, { concurrency = plan.concurrency }, function(entry, i)
    if not entry.again then return end
    local ok, result = pcall(ims.import, images[i], { again = true })
    results[i] = ok and { ok = true, result = result } or { ok = false, error = result }
  end)
end)
local once, places = {}, {}
for i, entry in ipairs(imports) do
  if not entry.again then
    once[#once + 1] = images[i]
    places[#places + 1] = i
  end
end
for i, entry in ipairs(ims.import_all(once, { concurrency = plan.concurrency })) do results[places[i]] = entry end
anew:await()

for i, entry in ipairs(results) do
  if not entry.ok then open = open + 1 end
  print(json.encode {
    n = imports[i].n, ok = entry.ok, image_id = entry.ok and entry.result.image_id or nil,
    kind = entry.error and entry.error.kind or nil, message = entry.error and entry.error.message or nil,
  })
end
os.exit(open == 0 and 0 or 75)
