local ims, json = require "ims", require "json"
local image = ims.system_image {
  name = "web01", image_url = "obs://images/dir/web01.zvhd2", os_version = "CentOS 7.0 64bit", min_disk = 40,
  image_tags = { team = "platform", stage = "prod" },
}
print(image, image.image_url, image.min_disk, image.kind, image.description)
print(json.encode(image:to_table()))
print(json.encode(image:with { min_disk = 80, image_tags = json.null, tags = { "a.b" } }:to_table()))
print(image.min_disk, ims.data_image { name = "d", image_url = "images:d.zvhd2", min_disk = 1 }.type)

local report = ims.request({ name = " x ", image_url = "images:x.qcow2", min_disk = 0, colour = "red", os_version = "CentOS 7.0 64bit" }):validate()
print(report.ok, #report.errors > 2, #report.findings == #report.errors + #report.warnings)
for _, finding in ipairs(report.findings) do print(finding.severity, finding.rule, finding.field, finding.code) end

local function why(f, ...) print(select(2, pcall(f, ...)).message) end
why(ims.system_image, { name = "x", min_disk = "40" })
why(ims.system_image, { nmae = "x" })
why(ims.system_image, 7)
why(ims.system_image)
why(function() return image.os_versoin end)
why(function() return image:sumbit() end)
why(function() image.name = "other" end)
why(function() return image.validate() end)
why(ims.job, "")
why(ims.images, { sort = "name" })
why(ims.import_all, { image }, { concurrency = 0 })
