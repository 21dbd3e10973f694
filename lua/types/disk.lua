---@meta disk

-- Written from the declarations of slipway 0.1.0; do not edit.

---What the headers of an image file tell; sizes are bytes.
---@class (exact) disk.Inspection
---@field format "raw"|"zvhd2"|"zvhd"|"qcow2"|"qcow"|"qed"|"vhd"|"vhdx"|"vmdk"|"vdi"|"parallels"|"iso"|"ova"|"tar"|"luks"|"gzip"|"xz"|"zip"|"bzip2"|"zstd"|"7z" what the file is
---@field variant? string the kind of its format, such as v3, dynamic or streamOptimized
---@field file_size integer of the file
---@field disk_usage? integer what the file takes on its file system
---@field virtual_size? integer of the disk inside; nil where that cannot be told
---@field allocated_size? integer how much of the disk the image holds, where its tables tell
---@field min_disk? integer the smallest min_disk that takes the disk, in GB
---@field importable boolean whether quick import can take the file as it is
---@field reasons string[] why it cannot, a sentence each
---@field advice? string what to do with the file, as a command where there is one
---@field hw_firmware_type_hint? "bios"|"uefi" how the disk seems to boot
---@field partition_table? "mbr"|"gpt" its kind
---@field partitions? disk.Partition[] the partitions of RAW, ZVHD2 and ZVHD files
---@field file_system? string what fills the whole disk, where it has no partition table
---@field details? table<string, any> further facts of the format, such as backing_file, cluster_size, snapshots
---@field findings disk.Finding[] all that was noticed

---One entry of a partition table.
---@class (exact) disk.Partition
---@field number integer as Linux counts
---@field offset integer bytes from the start of the disk
---@field length integer bytes
---@field type string 0x83, or the UUID of a GPT
---@field type_name? string what the type stands for
---@field name? string in the GPT
---@field file_system? string such as ext4, xfs, ntfs, swap, lvm, luks
---@field label? string of the file system
---@field active? boolean true where the MBR says to boot from it

---One thing that an inspection noticed.
---@class (exact) disk.Finding
---@field severity "error"|"warning"|"hint" error: not importable; warning: probably a mistake; hint: worth knowing
---@field message string what was found, and what was expected
---@field hint? string what to do

---Disk image files on this machine.
---@class disk
local disk = {}

---What a disk image file is, from its headers, and whether it can be imported.
---
---Reads kilobytes, whatever the size of the file. What is wrong with the image is in `findings` and raises nothing.
---
---Waits: other tasks go on meanwhile.
---
---Raises
---
---* `not_found`: the file does not exist
---* `permission`: it cannot be read
---* `argument`: the path is none, or leads to a directory or a pipe
---
---```lua
---local disk, fs = require "disk", require "fs"
---
---for _, path in ipairs(fs.glob "images/*") do
---  local found = disk.inspect(path)
---  print(path, found.format, found.min_disk, found.importable, found.advice)
---end
---```
---
---Since 0.2.
---@async
---@nodiscard
---@param path string relative paths start at the working directory
---@return disk.Inspection inspection what was found
function disk.inspect(path) end

return disk
