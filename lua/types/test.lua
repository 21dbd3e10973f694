---@meta test

-- Written from the declarations of slipway 0.1.0; do not edit.

---An image as the cloud keeps it.
---@class (exact) test.CloudImage
---@field id string its id
---@field name string its name
---@field status string queued, saving, active or killed
---@field source string bucket:key it was imported from
---@field created string when, in cloud time
---@field tags string[] key=value each

---A job as the cloud keeps it.
---@class (exact) test.CloudJob
---@field id string its id
---@field status string INIT, RUNNING, SUCCESS or FAIL
---@field image_id string the image it makes
---@field image_name string its name
---@field created string when, in cloud time

---An object to put into a bucket.
---@class (exact) test.Object
---@field bucket string the bucket
---@field key string the key
---@field data? string its bytes
---@field path? string a file to copy
---@field format? "zvhd2"|"raw" of an image file; zvhd2 by default
---@field size? size of the disk inside; 1GB by default

---The local cloud of a test case. It is real: clients reach it over HTTP, and jobs read the image files.
---@class test.Cloud
---@field images test.CloudImage[] every image, also those no list shows yet; read only
---@field jobs test.CloudJob[] every job, oldest first; read only
---@field faults table[] the faults that are set, with `seen` and `struck`; read only
---@field requests table<string, any> how many calls of each kind came, such as `requests.submit`; read only
local Cloud = {}

---Sets one fault or several.
---
---The forms are those of [the local cloud](../local-cloud.md#faults).
---
---Raises
---
---* `argument`: there is no such fault
---
---```lua
---local ims, test = require "ims", require "test"
---
---test.case("a lost answer does not make a second image", function(cloud)
---  cloud:put_object { bucket = "images", key = "web.zvhd2" }
---  cloud:fault "reply_lost_after:submit:count=1"
---  local request = ims.data_image { name = "once", image_url = "images:web.zvhd2", min_disk = 20 }
---  pcall(ims.import, request)
---  test.equal(#cloud.images, 1)
---end)
---```
---
---Since 0.1.
---@param fault string|table the text form, a table with its names, or an array of both
function Cloud:fault(fault) end

---Takes all faults back.
---
---```lua
---local ims, test = require "ims", require "test"
---
---test.case("the service comes back", function(cloud)
---  cloud:fault "status=503:quota"
---  test.raises(ims.quota, { status = 503 })
---  cloud:clear_faults()
---  test.equal(ims.quota().used, 0)
---end)
---```
---
---Since 0.1.
function Cloud:clear_faults() end

---Sets a switch of the cloud.
---
---The names are those of [the local cloud](../local-cloud.md#switches).
---
---Raises
---
---* `argument`: there is no such switch, or it has no such value
---
---```lua
---local ims, test = require "ims", require "test"
---
---test.case("the quota is used up", function(cloud)
---  cloud:set("image_quota", 0)
---  test.equal(ims.quota().quota, 0)
---end)
---```
---
---Since 0.1.
---@param name string the switch
---@param value any its value
function Cloud:set(name, value) end

---Lets the cloud's time jump ahead; the script's own clock stays where it is.
---
---`task.sleep` lets the time of both pass.
---
---```lua
---local ims, test = require "ims", require "test"
---
---test.case("a job that is long over", function(cloud)
---  cloud:put_object { bucket = "images", key = "web.zvhd2" }
---  local job = ims.data_image { name = "web", image_url = "images:web.zvhd2", min_disk = 20 }:submit()
---  cloud:advance "2h"
---  test.equal(job:poll().status, "SUCCESS")
---end)
---```
---
---Since 0.1.
---@param duration duration such as "2h", or a number of seconds
function Cloud:advance(duration) end

---Puts an object into a bucket, which is made when missing.
---
---Without `data` and `path` it is an image file with a sparse disk of `size` inside, as `slipway convert` would make it.
---
---Raises
---
---* `argument`: bucket or key cannot be, or the content is given twice
---* `not_found`: there is no file at `path`
---
---```lua
---local test = require "test"
---
---test.case("objects", function(cloud)
---  cloud:put_object { bucket = "images", key = "small.zvhd2" }
---  cloud:put_object { bucket = "images", key = "large.zvhd2", size = "500GB" }
---  cloud:put_object { bucket = "images", key = "plain.raw", format = "raw", size = "1GB" }
---  cloud:put_object { bucket = "images", key = "plain.mf", data = "bitmap" }
---end)
---```
---
---Since 0.1.
---@param object test.Object what, and where
function Cloud:put_object(object) end

---Tests of workflows, run by `slipway test`: each case has a local cloud and a clock of its own.
---@class test
local test = {}

---Declares a case: `f(cloud)` runs later, in a VM of its own with a fresh local cloud.
---
---The file itself runs once to list the cases and once more for each, so cases cannot disturb each other.
---
---Raises
---
---* `capability`: the script was not started by `slipway test`
---* `argument`: the name is empty or taken, or the call stands inside a case
---
---```lua
---local ims, test = require "ims", require "test"
---
---test.case("an image is imported", function(cloud)
---  cloud:put_object { bucket = "images", key = "web.zvhd2", size = "10GB" }
---  local request = ims.data_image { name = "web", image_url = "images:web.zvhd2", min_disk = 20 }
---  test.equal(ims.import(request).status, "SUCCESS")
---  test.equal(cloud.requests.submit, 1)
---end)
---```
---
---Since 0.1.
---@param name string what should be true, unique in the file
---@param f fun(cloud: test.Cloud) the case; it fails by raising an error
function test.case(name, f) end

---Runs `f(cloud)` before each case of the file, in the case's own VM.
---
---Raises
---
---* `capability`: the script was not started by `slipway test`
---* `argument`: the call stands inside a case
---
---```lua
---local test = require "test"
---
---test.before_each(function(cloud) cloud:put_object { bucket = "images", key = "data.zvhd2" } end)
---```
---
---Since 0.1.
---@param f fun(cloud: test.Cloud) what every case needs
function test.before_each(f) end

---Checks that two values are equal, tables part by part; raises an error that says where they differ.
---
---Numbers are compared as Lua does, and NaN equals NaN. Two functions are never equal; objects are when they are the same.
---
---Raises
---
---* `test`: the check does not hold
---
---```lua
---local test = require "test"
---
---test.equal({ 1, 2, tags = { team = "web" } }, { 1, 2, tags = { team = "web" } })
---test.raises(function() test.equal({ size = 1 }, { size = 2 }, "the disk") end, "the disk: .size: got 1, expected 2")
---```
---
---Since 0.1.
---@param got any what came
---@param expected any what should have come
---@param message? string what was checked
function test.equal(got, expected, message) end

---Checks that a value is neither nil nor false.
---
---Raises
---
---* `test`: the check does not hold
---
---```lua
---local test = require "test"
---
---test.ok(("web-01"):match "^web", "the name")
---```
---
---Since 0.1.
---@param value any what to look at
---@param message? string what was checked
function test.ok(value, message) end

---Checks that `f()` raises the error that is expected, and returns it.
---
---Fields must be equal, but of `message` and `hint` a part is enough. The text is plain, not a pattern.
---
---Waits: other tasks go on meanwhile.
---
---Raises
---
---* `test`: the check does not hold
---
---```lua
---local ims, test = require "ims", require "test"
---
---test.case("a request without a file is refused", function(cloud)
---  local err = test.raises(function() ims.data_image { name = "x" }:submit() end, { kind = "validation" })
---  test.ok(#err.report.errors >= 1)
---  test.equal(cloud.requests.submit, 0)
---end)
---```
---
---Since 0.1.
---@async
---@param f function what should fail
---@param expected? string|table<string, any> a text in the message, or fields such as `{ kind = "job_failed", code = "IMG.0057" }`
---@return any error the error
function test.raises(f, expected) end

---Ends the case as skipped.
---
---Raises
---
---* `test`: always: this is how the case ends
---
---```lua
---local env, test = require "env", require "test"
---
---test.raises(function()
---  if not env.get "NO_SUCH_VARIABLE" then test.skip "NO_SUCH_VARIABLE is not set" end
---end, "skipped: NO_SUCH_VARIABLE is not set")
---```
---
---Since 0.1.
---@param reason? string why it cannot be tried
function test.skip(reason) end

return test
