-- Arguments no sane script has: each must be refused by name, none may reach the cloud as something else.
local ims, json, csv, fs, time = require "ims", require "json", require "csv", require "fs", require "time"

local function refused(f, ...)
  local ok, err = pcall(f, ...)
  print(ok and "accepted" or tostring(err.kind) .. ": " .. tostring(err))
end

local image = ims.system_image {
  name = "h1", image_url = "images:small.zvhd2", os_version = "CentOS 7.0 64bit", min_disk = 40,
}
local record = ims.image(ims.import(image).image_id)
refused(record.set_tags, record, { a = true })
refused(record.set_tags, record, { a = 1 })
refused(ims.image, "")
refused(ims.image, "a/b")
refused(ims.image, ("x"):rep(10 * 1024 * 1024))
refused(ims.job, "..")
refused(ims.job, "a?b")
refused(json.encode, { 1, nil, 3 })
refused(json.encode, { ["\xff"] = 1 })
refused(json.decode, "")
refused(csv.rows, "fleet.csv", { separator = "\n" })
refused(fs.read, "")
refused(fs.read, "a\0b")
refused(fs.read, "/proc/self/mem")
refused(fs.glob, "*\0")
print(fs.exists(""), fs.exists("a\0b"))
for _, text in ipairs { "2024-02-31T00:00:00Z", "2024-11-06T25:00:00Z", "2024-11-06T06:21:08Zx", "2024-11-06T06:21:08" } do
  refused(time.parse, text)
end
print(time.parse "2024-11-06T06:21:08.5+01:00", time.format(-62135596800))
refused(time.format, -62135596801)
