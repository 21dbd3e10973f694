---@meta history

-- Written from the declarations of slipway 0.1.0; do not edit.

---One submission as the ledger remembers it.
---@class (exact) history.Record
---@field id string 26 characters; also the value of the marker tag
---@field key string what makes two imports the same one
---@field state "planned"|"intent"|"sent"|"accepted"|"running"|"succeeded"|"failed"|"unknown"|"adopted"|"not_found"|"resubmitted"|"given_up" where it stands
---@field name? string the image's name
---@field job_id? string the cloud's job id
---@field image_id? string the image's UUID
---@field code? string the code of a failure
---@field reason? string why it failed, or is unknown
---@field resubmitted_as? string the record under which it was sent again
---@field request_id? string by which the cloud's support finds it
---@field request table<string, any> the body, without marker
---@field marked boolean whether the marker tag went out with it
---@field attempts integer how often it was sent
---@field cloud string the host of the identity service
---@field region string the region
---@field project_id string the project
---@field profile string what the cloud's entry was called
---@field created_at string UTC, ISO 8601
---@field updated_at string UTC, ISO 8601
---@field sent_at? string UTC, ISO 8601
---@field trace_id? string of the run that began it, as in its events: 32 hexadecimal digits
---@field span_id? string of the import within that run: 16 hexadecimal digits
---@field parent_span_id? string of that run itself

---Which records are asked for; all conditions must hold.
---@class (exact) history.Filter
---@field state? ("planned"|"intent"|"sent"|"accepted"|"running"|"succeeded"|"failed"|"unknown"|"adopted"|"not_found"|"resubmitted"|"given_up")|("planned"|"intent"|"sent"|"accepted"|"running"|"succeeded"|"failed"|"unknown"|"adopted"|"not_found"|"resubmitted"|"given_up")[] one state or several
---@field name? string the image's exact name
---@field key? string the import's key
---@field cloud? string the host of its identity service, or the profile's name
---@field job_id? string the cloud's job id
---@field since? string a time in ISO 8601, or how long ago, such as 24h
---@field open? boolean whether its end is still to come
---@field limit? integer at most so many, the latest ones

---What was submitted, when, and how it ended: the ledger, read-only.
---@class history
local history = {}

---The records that match, the earliest first.
---
---Waits: other tasks go on meanwhile.
---
---Raises
---
---* `configuration`: the ledger cannot be read
---
---```lua
---local history = require "history"
---
---for _, record in ipairs(history.list { state = "failed", since = "7d" }) do
---  print(record.name, record.code, record.reason)
---end
---```
---
---Since 0.2.
---@async
---@nodiscard
---@param filter? history.Filter all must match
---@return history.Record[] records the records
function history.list(filter) end

---The latest record that matches, or nil.
---
---Waits: other tasks go on meanwhile.
---
---Raises
---
---* `configuration`: the ledger cannot be read
---
---```lua
---local history = require "history"
---
---local last = history.find { name = "web01", state = "succeeded" }
---print(last and last.image_id or "never imported")  --> never imported
---```
---
---Since 0.2.
---@async
---@nodiscard
---@param filter? history.Filter all must match
---@return history.Record? record the record
function history.find(filter) end

---A record by its id, or nil.
---
---Waits: other tasks go on meanwhile.
---
---Raises
---
---* `configuration`: the ledger cannot be read
---
---```lua
---local history, ims = require "history", require "ims"
---
---local result = ims.import(ims.data_image { name = "kept01", image_url = "ims-image:data01.zvhd2", min_disk = 20 })
---print(history.get(result.record).state)  --> succeeded
---```
---
---Since 0.2.
---@async
---@nodiscard
---@param id string 26 characters, as in result.record and slipway jobs list
---@return history.Record? record the record
function history.get(id) end

return history
