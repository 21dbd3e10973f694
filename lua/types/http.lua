---@meta http

-- Written from the declarations of slipway 0.1.0; do not edit.

---How to make a request.
---@class (exact) http.Options
---@field headers? table<string, any> values by name: texts, secrets, or lists of both put together, such as { "Bearer ", token }
---@field body? string the bytes to send
---@field json? any a value to send as JSON
---@field timeout? duration how long all of it may take; 30s by default
---@field max_body? size the longest answer taken; 1MB by default, 64MB at most
---@field redirects? integer how many to follow, 0 to 10; 5 by default

---What a server answered.
---@class (exact) http.Answer
---@field status integer such as 200
---@field ok boolean whether the status is 200 to 299
---@field headers table<string, any> values by name in lower case; of several the last
---@field body string its bytes
---@field host string the server that answered in the end

---A request of any method.
---@class (exact) http.Request
---@field url string|http.Secret|any[] where to
---@field method? string GET by default
---@field headers? table<string, any> values by name: texts, secrets, or lists of both put together, such as { "Bearer ", token }
---@field body? string the bytes to send
---@field json? any a value to send as JSON
---@field timeout? duration how long all of it may take; 30s by default
---@field max_body? size the longest answer taken; 1MB by default, 64MB at most
---@field redirects? integer how many to follow, 0 to 10; 5 by default

---A secret: handed to `http` in a URL or a header, never shown.
---@class http.Secret
local Secret = {}

---HTTP requests, for webhooks and manifests; only to servers that `--allow-net` or a plugin's grant names.
---@class http
local http = {}

---Asks for what is at a URL.
---
---Any status is an answer, no error. Redirects are followed where their servers are allowed, too; secrets stay behind when the server changes.
---
---Waits: other tasks go on meanwhile.
---
---Raises
---
---* `capability`: the server is not allowed
---* `network`: no answer came, or a redirect is odd
---* `timeout`: it took too long
---* `argument`: the URL, a header or the body cannot be
---
---```lua
---local http = require "http"
---
---local ok, err = pcall(http.get, "https://example.com/fleet.json")
---print(ok, err.kind, err.hint)  --> false  capability  allow it with --allow-net example.com
---```
---
---Since 0.3.
---@async
---@nodiscard
---@param url string|http.Secret|any[] http or https; also a secret, or a list of texts and secrets put together
---@param options? http.Options how
---@return http.Answer answer any status
function http.get(url, options) end

---Sends something to a URL.
---
---It is sent once and never repeated.
---
---Waits: other tasks go on meanwhile.
---
---Raises
---
---* `capability`: the server is not allowed
---* `network`: no answer came, or a redirect is odd
---* `timeout`: it took too long
---* `argument`: the URL, a header or the body cannot be
---
---```lua
---local http = require "http"
---
---local ok, err = pcall(http.post, "https://hooks.example.com/T1", { json = { text = "done" }, timeout = "10s" })
---print(ok, err.kind)  --> false  capability
---```
---
---Since 0.3.
---@async
---@param url string|http.Secret|any[] http or https; also a secret, or a list of texts and secrets put together
---@param options? http.Options how
---@return http.Answer answer any status
function http.post(url, options) end

---Sends a request of any method.
---
---Waits: other tasks go on meanwhile.
---
---Raises
---
---* `capability`: the server is not allowed
---* `network`: no answer came, or a redirect is odd
---* `timeout`: it took too long
---* `argument`: the URL, a header or the body cannot be
---
---```lua
---local http = require "http"
---
---local ok, err = pcall(http.request, { method = "PUT", url = "ftp://example.com/x", body = "text" })
---print(ok, err.kind)  --> false  argument
---```
---
---Since 0.3.
---@async
---@param request http.Request what to send, and where
---@return http.Answer answer any status
function http.request(request) end

return http
