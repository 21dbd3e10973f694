-- Tests of a workflow: `slipway test lua/examples`. Each case has a cloud and a clock of its own.
local ims, task, test = require "ims", require "task", require "test"

local function request(name, fields)
  local all = { name = name, image_url = "images:web.zvhd2", os_version = "Ubuntu 22.04 Server 64bit", min_disk = 40 }
  for key, value in pairs(fields or {}) do all[key] = value end
  return ims.system_image(all)
end

-- What fleet.lua does with an image whose disk is too small: once more, larger.
local function import_growing(image)
  local ok, result = pcall(ims.import, image)
  if ok then return result, image end
  if result.code ~= "IMG.0111" then error(result) end
  local larger = image:with { min_disk = image.min_disk * 2 }
  return ims.import(larger), larger
end

test.before_each(function(cloud)
  cloud:put_object { bucket = "images", key = "web.zvhd2", size = "10GB" }
end)

test.case("an image is imported under its name", function(cloud)
  local result = ims.import(request "web")
  test.equal(result.status, "SUCCESS")
  test.equal(#cloud.images, 1)
  test.equal(cloud.images[1].name, "web")
  test.equal(cloud.requests.submit, 1)
end)

test.case("an import of ten hours is waited for, whatever becomes of the token", function(cloud)
  cloud:set("job_base", "10h")
  cloud:set("token_lifetime", "15m")
  local before = require("time").now()
  test.equal(ims.import(request "slow").status, "SUCCESS")
  test.ok(require("time").now() - before >= 36000, "ten hours passed")
  test.ok(cloud.requests.token >= 40, "the token was renewed again and again")
end)

test.case("a disk that is too small is tried again, larger", function(cloud)
  cloud:put_object { bucket = "images", key = "web.zvhd2", size = "60GB" }
  local result, image = import_growing(request "big")
  test.equal(result.status, "SUCCESS")
  test.equal(image.min_disk, 80)
end)

test.case("a damaged file is explained by the cloud's code", function(cloud)
  cloud:put_object { bucket = "images", key = "web.zvhd2", data = "this is no image" }
  test.raises(function() ims.import(request "broken") end, { kind = "job_failed", code = "IMG.0057" })
end)

test.case("nothing is sent when the rules refuse a request", function(cloud)
  test.raises(function() ims.import(request("web", { min_disk = 0 })) end, { kind = "validation" })
  test.equal(cloud.requests.submit, 0)
end)

test.case("a busy cloud is met with patience", function(cloud)
  cloud:fault "throttled=30:submit:count=2"
  cloud:fault { effect = "status", status = 502, call = "job", every = 3 }
  test.equal(ims.import(request "patient").status, "SUCCESS")
  test.equal(#cloud.images, 1)
end)

test.case("two imports run side by side", function(cloud)
  cloud:set("job_base", "1h")
  local started = require("time").now()
  local results = task.map({ "left", "right" }, function(name) return ims.import(request(name)) end)
  test.equal({ results[1].image_name, results[2].image_name }, { "left", "right" })
  test.ok(require("time").now() - started < 2 * 3600, "the hours passed at the same time")
end)
