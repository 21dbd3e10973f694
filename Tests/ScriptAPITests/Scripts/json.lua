local json = require "json"
print(json.encode { b = 1, a = { 1, 2.5, "x", true, json.null }, s = "grün \"q\" \n" })
print(json.encode {}, json.encode(json.empty_array), json.encode { list = json.empty_array })
print(json.encode("text"), json.encode(12), json.encode(-0.5), json.encode(false), json.encode(nil))
local value = json.decode [=[{"n": null, "list": [1, [2]], "big": 9007199254740993, "half": 0.5, "text": "\u00fc"}]=]
print(value.n == json.null, value.list[2][1], value.big, math.type(value.big), value.half, value.text)
print(#json.decode "[]" , tostring(json.decode "[]"))
for _, bad in ipairs { "{", "[1,]", "nul", "", "{\"a\":1} x" } do
  print(bad, pcall(json.decode, bad) and "accepted" or "refused")
end
local function why(value) local _, err = pcall(json.encode, value) return err.kind, err.message end
print(why { 1, 2, x = 3 })
print(why { [1.5] = 1 })
print(why(print))
print(why { a = { b = 0 / 0 } })
print(why "\xff\xfe")
