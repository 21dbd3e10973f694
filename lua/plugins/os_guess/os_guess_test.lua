local ims, test = require "ims", require "test"

test.before_each(function(cloud)
  for _, key in ipairs { "ubuntu-22.04-golden.zvhd2", "web.zvhd2", "base/debian12.7_v3.zvhd2", "golden-base-7.zvhd2" } do
    cloud:put_object { bucket = "images", key = key }
  end
end)

-- A disk of 64 KiB with an ext2 file system, in it /etc/os-release with this text.
local function disk(text)
  local pieces = {}
  local function put(place, format, ...) pieces[#pieces + 1] = { place, string.pack("<" .. format, ...) } end
  local function inode(number, mode, size, block)
    put(5 * 1024 + (number - 1) * 128, "I2xxI4", mode, size)
    put(5 * 1024 + (number - 1) * 128 + 40, "I4", block)
  end
  local function directory(block, entries)
    local place = block * 1024
    for number, entry in ipairs(entries) do
      local length = number == #entries and (block + 1) * 1024 - place or 20
      put(place, "I4I2I2c" .. #entry[2], entry[1], length, #entry[2], entry[2])
      place = place + length
    end
  end
  put(1024, "I4I4", 16, 64)
  put(1024 + 20, "I4I4", 1, 0)
  put(1024 + 32, "I4I4I4", 8192, 8192, 16)
  put(1024 + 56, "I2", 0xEF53)
  put(2 * 1024 + 8, "I4", 5)
  inode(2, 0x41ED, 1024, 7)
  inode(12, 0x41ED, 1024, 8)
  inode(13, 0x81A4, #text, 9)
  directory(7, { { 2, "." }, { 2, ".." }, { 12, "etc" } })
  directory(8, { { 12, "." }, { 2, ".." }, { 13, "os-release" } })
  put(9 * 1024, "c" .. #text, text)
  table.sort(pieces, function(a, b) return a[1] < b[1] end)
  local parts, place = {}, 0
  for _, piece in ipairs(pieces) do
    parts[#parts + 1] = ("\0"):rep(piece[1] - place) .. piece[2]
    place = piece[1] + #piece[2]
  end
  return table.concat(parts) .. ("\0"):rep(64 * 1024 - place)
end

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

-- Reading disks is asked for as something the plugin can do without: slipway plugin test os_guess --plugin-grant 'os_guess=obs.read:images'
local function may_read(cloud)
  cloud:put_object { bucket = "images", key = "granted.raw", data = disk 'ID=fedora\nVERSION_ID=39\n' }
  cloud:put_object { bucket = "images", key = "granted.mf", data = "bitmap" }
  return ims.system_image({ name = "web", image_url = "images:granted.raw", min_disk = 40 }):validate().ok
end

test.case("the system on the disk comes before all names, where it may be read", function(cloud)
  local release = 'NAME="Ubuntu"\nID=ubuntu\nVERSION_ID="20.04"\nVERSION="20.04.6 LTS (Focal Fossa)"\n'
  cloud:put_object { bucket = "images", key = "ubuntu-22.04.raw", data = disk(release) }
  cloud:put_object { bucket = "images", key = "ubuntu-22.04.mf", data = "bitmap" }
  local expected = may_read(cloud) and "Ubuntu 20.04 Server 64bit" or "Ubuntu 22.04 Server 64bit"
  test.equal(imported(cloud, "CentOS-7.9", "ubuntu-22.04.raw"), expected)
end)

test.case("a system that the list has not exactly is left to the names", function(cloud)
  local release = 'NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n'
  cloud:put_object { bucket = "images", key = "debian-11-web.raw", data = disk(release) }
  cloud:put_object { bucket = "images", key = "debian-11-web.mf", data = "bitmap" }
  test.equal(imported(cloud, "db", "debian-11-web.raw"), "Debian GNU/Linux 11.0.0 64bit")
end)

test.case("a name that tells nothing is said, and the rules refuse as ever", function(cloud)
  local report = ims.system_image({ name = "web", image_url = "images:web.zvhd2", min_disk = 40 }):validate()
  test.ok(not report.ok, "os_version is missing")
  test.ok(report.warnings[1].message:find("nothing tells which system", 1, true), report.warnings[1].message)
  test.equal(cloud.requests.submit, 0)
end)
