---@meta fs

-- Written from the declarations of slipway 0.1.0; do not edit.

---Files: read anywhere, written only where `--allow-write` or a plugin's grant says.
---@class fs
local fs = {}

---The content of a file, byte for byte.
---
---For manifests, not for disk images: at most 64 MB.
---
---Raises
---
---* `not_found`: the file does not exist
---* `permission`: it cannot be read
---* `argument`: the path is none, or leads to a directory or to something too large
---
---```lua
---local fs = require "fs"
---
---print(#fs.read "lua/examples/fleet.csv" > 100)  --> true
---```
---
---Since 0.1.
---@nodiscard
---@param path string relative paths start at the working directory
---@return string content its bytes
function fs.read(path) end

---The lines of a file, one a turn of the loop, without their ends.
---
---Raises
---
---* `not_found`: the file does not exist
---* `permission`: it cannot be read
---* `argument`: the path is none, or leads to a directory or to something too large
---
---```lua
---local fs = require "fs"
---
---for line in fs.lines "lua/examples/fleet.csv" do
---  print(line)  --> wave,name,image_url,os_version,min_disk
---  break
---end
---```
---
---Since 0.1.
---@nodiscard
---@param path string relative paths start at the working directory
---@return fun(): string iterator for line in fs.lines(path) do
function fs.lines(path) end

---Writes a file whole: either all of it is there afterwards, or what was there before.
---
---Its directory must be there. Directories are allowed with `--allow-write DIR`, to a plugin with `fs.write:DIR`.
---
---Waits: other tasks go on meanwhile.
---
---Raises
---
---* `capability`: writing there is not allowed
---* `not_found`: the directory does not exist
---* `permission`: the file cannot be written
---
---```lua
---local fs = require "fs"
---
---local ok, err = pcall(fs.write, "report.json", "{}")
---print(ok, err.kind)  --> false  capability
---```
---
---Since 0.3.
---@async
---@param path string relative paths start at the working directory
---@param content string its bytes
function fs.write(path, content) end

---Whether a file or directory is there.
---
---```lua
---local fs = require "fs"
---
---print(fs.exists "lua/examples", fs.exists "nowhere")  --> true  false
---```
---
---Since 0.1.
---@nodiscard
---@param path string relative paths start at the working directory
---@return boolean exists true when it is
function fs.exists(path) end

---The paths that match a pattern with * ? and [ ], sorted.
---
---```lua
---local fs = require "fs"
---
---print(fs.glob("lua/examples/*.csv")[1])  --> lua/examples/fleet.csv
---```
---
---Since 0.1.
---@nodiscard
---@param pattern string such as manifests/*.csv
---@return string[] paths an array of paths
function fs.glob(pattern) end

return fs
