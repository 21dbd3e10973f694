-- The imports of scripts/torture: import number n of the plan is recognised by its tag n, whatever its name.
local ims, args, json, fs = require "ims", require "args", require "json", require "fs"

local plan = json.decode(fs.read(args.positional[1]))
local imports = plan.imports
if args.positional[2] == "run-backwards" then
  imports = {}
  for i = #plan.imports, 1, -1 do imports[#imports + 1] = plan.imports[i] end
end
local images = {}
for i, entry in ipairs(imports) do
  images[i] = ims.system_image {
    name = entry.name, image_url = "torture:disk.zvhd2", os_version = "Ubuntu 22.04 Server 64bit", min_disk = 20,
    image_tags = { n = tostring(entry.n) },
  }
end

local open = 0
for i, entry in ipairs(ims.import_all(images, { concurrency = plan.concurrency })) do
  if not entry.ok then open = open + 1 end
  print(json.encode {
    n = imports[i].n, ok = entry.ok, image_id = entry.ok and entry.result.image_id or nil,
    kind = entry.error and entry.error.kind or nil, message = entry.error and entry.error.message or nil,
  })
end
os.exit(open == 0 and 0 or 75)
