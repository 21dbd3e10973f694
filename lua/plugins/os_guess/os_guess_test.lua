local ims, test = require "ims", require "test"

test.before_each(function(cloud)
  for _, key in ipairs { "ubuntu-22.04-golden.zvhd2", "web.zvhd2", "base/debian12.7_v3.zvhd2", "golden-base-7.zvhd2" } do
    cloud:put_object { bucket = "images", key = key }
  end
end)

local function imported(cloud, name, key, fields)
  local all = { name = name, image_url = "images:" .. key, min_disk = 40 }
  for field, value in pairs(fields or {}) do all[field] = value end
  ims.import(ims.system_image(all))
  for _, image in ipairs(cloud.images) do
    if image.name == name then return ims.image(image.id).os_version end
  end
end

test.case("the file's name tells the system", function(cloud)
  test.equal(imported(cloud, "golden", "ubuntu-22.04-golden.zvhd2"), "Ubuntu 22.04 Server 64bit")
end)

test.case("else the image's name does", function(cloud)
  test.equal(imported(cloud, "prod_CentOS-7.9_web", "web.zvhd2"), "CentOS 7.9 64bit")
  test.equal(imported(cloud, "win2019-datacenter", "web.zvhd2"), "Windows Server 2019 Datacenter 64bit")
end)

test.case("a version that the list lacks falls back to the release", function(cloud)
  test.equal(imported(cloud, "db", "base/debian12.7_v3.zvhd2"), "Debian GNU/Linux 12.0.0 64bit")
end)

test.case("what was given stays, rules of the user win over the guess", function(cloud)
  test.equal(imported(cloud, "ubuntu-22.04-a", "web.zvhd2", { os_version = "CentOS 7.0 64bit" }), "CentOS 7.0 64bit")
  test.equal(imported(cloud, "ubuntu-22.04-b", "golden-base-7.zvhd2"), "CentOS 7.6 64bit")
end)

test.case("a name that tells nothing is said, and the rules refuse as ever", function(cloud)
  local report = ims.system_image({ name = "web", image_url = "images:web.zvhd2", min_disk = 40 }):validate()
  test.ok(not report.ok, "os_version is missing")
  test.ok(report.warnings[1].message:find("tells its system", 1, true) ~= nil, "it is said")
  test.equal(cloud.requests.submit, 0)
end)
