---@meta yaml

-- Written from the declarations of slipway 0.1.0; do not edit.

---Lua values from YAML text.
---@class yaml
local yaml = {}

---The value that a YAML document describes; null becomes json.null.
---
---By the core schema of YAML 1.2: `yes` is a text, `2024-01-01` too, `40` a number. Anchors, aliases and `<<` work, up to a million values and a text of 4 MB; what is no plain data (tags of programming languages) stays a text.
---
---Raises
---
---* `argument`: the text is not YAML, too long, or unfolds to too much; the message says where
---
---```lua
---local yaml = require "yaml"
---
---local value = yaml.decode "images:\n  - { name: web01, min_disk: 40 }\n"
---print(value.images[1].name, value.images[1].min_disk + 1)  --> web01  41
---```
---
---Since 0.3.
---@nodiscard
---@param text string one document in UTF-8
---@return any value tables, strings, numbers, booleans, json.null
function yaml.decode(text) end

return yaml
