---@meta disk

-- Written from the declarations of slipway 0.1.0; do not edit.

---What an inspection looks for.
---@class (exact) disk.InspectOptions
---@field operating_system? boolean looks for the operating system on the disk; true by default

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
---@field operating_system? disk.OperatingSystem the system on the disk, where one was looked for and found
---@field operating_system_search? disk.SystemSearch what the look for it cost, and why it found none
---@field suggested_os_version? disk.OSVersionSuggestion which os_version fits the system
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

---The operating system on a disk, in the words of its own files.
---@class (exact) disk.OperatingSystem
---@field id string in lower case, such as debian or opensuse-leap; windows for one of Microsoft's
---@field name? string such as Debian GNU/Linux
---@field version_id? string such as 12 or 22.04
---@field version? string with its name, such as 22.04.4 LTS (Jammy Jellyfish)
---@field full_version? string with more digits, such as 12.7 or 7.9.2009, where other files have them
---@field pretty_name? string name and version for people
---@field architecture? "x86_64"|"aarch64"|"i386"|"arm" what its programs are made for
---@field partition? integer the number of its partition
---@field logical_volume? string the logical volume on that partition
---@field path string the file that tells

---A look for the operating system.
---@class (exact) disk.SystemSearch
---@field reads integer ranges of the file that were read for it
---@field bytes_read integer bytes in them
---@field reason? string why no system was found

---The value of os_version for a system, as the service's list spells it.
---@class (exact) disk.OSVersionSuggestion
---@field value? string the value; nil where none fits
---@field exact boolean whether it is the very system, not only the nearest that is listed
---@field note? string what differs, or why there is none

---One thing that an inspection noticed.
---@class (exact) disk.Finding
---@field severity "error"|"warning"|"hint" error: not importable; warning: probably a mistake; hint: worth knowing
---@field message string what was found, and what was expected
---@field hint? string what to do

---How an image is converted.
---@class (exact) disk.ConvertOptions
---@field level? integer of zstd, 1 to 19; 3, the default, gives what the vendor's tool writes
---@field threads? integer one for each processor, 8 at most, by default
---@field verify? boolean reads the target back and compares it with the source
---@field force? boolean replaces a target that exists
---@field raw_size? "original"|"current" size of a RAW target
---@field follow_references? boolean reads other files that the image names; only for images you trust
---@field on_progress? fun(status: disk.ConvertProgress) called now and then; an error in it is raised, and ends a conversion still under way

---How far a conversion is.
---@class (exact) disk.ConvertProgress
---@field phase "convert"|"verify" verify comes second
---@field bytes_done integer of the disk, in this phase
---@field bytes_total integer of the disk
---@field fraction number 0 to 1

---What a conversion did; sizes are bytes.
---@class (exact) disk.ConvertResult
---@field input_format string what the source was
---@field output_format string zvhd2 or raw
---@field virtual_size integer of the disk
---@field output_size integer of the target
---@field stored_blocks integer blocks of 2 MiB that are not all zero
---@field total_blocks integer of the whole disk
---@field min_disk integer the smallest min_disk that takes the disk, in GB
---@field verified boolean whether the target was compared
---@field seconds number how long it took
---@field synthetic? boolean true in a dry run, which converts nothing: sizes of the target are 0 then

---Disk image files on this machine.
---@class disk
local disk = {}

---What a disk image file is, from its headers, and whether it can be imported.
---
---Reads kilobytes, whatever the size of the file, and some hundred more to find the operating system. What is wrong with the image is in `findings` and raises nothing.
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
---  local system, suggested = found.operating_system, found.suggested_os_version
---  print(path, found.format, found.min_disk, found.importable, found.advice)
---  print(system and system.pretty_name, suggested and suggested.exact and suggested.value)
---end
---```
---
---Since 0.2.
---@async
---@nodiscard
---@param path string relative paths start at the working directory
---@param options? disk.InspectOptions what to look for
---@return disk.Inspection inspection what was found
function disk.inspect(path, options) end

---Converts a disk image to ZVHD2 or RAW; the target's extension says to which.
---
---Uses all processors and little memory. The target appears under its name only when it is whole; when the call fails or is cancelled nothing of it is left. Holes and zeros of the source take no room in the target.
---
---Waits: other tasks go on meanwhile.
---
---Raises
---
---* `not_found`: the source does not exist
---* `capability`: reading or writing there is not allowed: `--allow-write DIR`, to a plugin `fs.write:DIR`
---* `permission`: a file cannot be read or written
---* `conflict`: the target exists and force was not given, or somebody else writes it
---* `argument`: the source is damaged or no disk, a wrong option, no room for the target
---
---```lua
---local disk, fs = require "disk", require "fs"
---
---for _, path in ipairs(fs.glob "images/*.qcow2") do
---  local done = disk.convert(path, (path:gsub("%.qcow2$", ".zvhd2")), { verify = true, force = true })
---  print(path, done.virtual_size, done.output_size, done.min_disk)
---end
---```
---
---Since 0.2.
---@async
---@param source string RAW, ZVHD2 and ZVHD natively, other formats with qemu-nbd
---@param target string a file ending in .zvhd2 or .raw
---@param options? disk.ConvertOptions how
---@return disk.ConvertResult result what was done
function disk.convert(source, target, options) end

return disk
