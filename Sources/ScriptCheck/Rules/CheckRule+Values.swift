extension CheckRule {
  static let interface = [
    CheckRule(
      "unknown-member", .error, "a module or library has no such function or value",
      "The module is known from its declarations, so the name is nil and calling it an error.",
      "local ims = require \"ims\"\nims.imprt()"),
    CheckRule(
      "unknown-field", .error, "an object or a table of options has no such field",
      "Types are followed through locals, results and loops as far as that is certain. Reading an unknown field of an object "
        + "raises; an unknown option is refused; a field of a result that is not declared is nil.",
      "local ims = require \"ims\"\nprint(ims.data_image { min_dsk = 40 })"),
    CheckRule(
      "missing-field", .error, "a table of options lacks a field it must have",
      "Told only of tables written down where they are given, with plain names as keys.",
      "local test = require \"test\"\ntest.case(\"x\", function(cloud) cloud:put_object { bucket = \"b\" } end)"),
    CheckRule(
      "read-only-field", .error, "an assignment to a field of an object that cannot be assigned to",
      "Objects of the host do not change in place; `image:with{…}` gives a changed copy.",
      "local ims = require \"ims\"\nlocal image = ims.request {}\nimage.name = \"x\""),
    CheckRule(
      "argument-count", .error, "a call with too few or too many arguments",
      "Functions of the host refuse too many; Lua's own raise for too few and drop the rest, which is told as `extra-argument`.",
      "local ims = require \"ims\"\nprint(ims.quota(1))"),
    CheckRule(
      "extra-argument", .warning, "an argument that nobody takes",
      "Lua drops it without a word.", "print(type(1, 2))"),
    CheckRule(
      "argument-type", .error, "an argument or a field of the wrong type",
      "Told only where every value that can come is of a wrong type.",
      "local ims = require \"ims\"\nprint(ims.data_image { min_disk = \"40\" })"),
    CheckRule(
      "wrong-value", .error, "a value that is not one of those allowed",
      "Words of a closed list, durations such as \"90s\" and sizes such as \"40GB\" are checked where they are written down.",
      "local task = require \"task\"\ntask.sleep \"10x\""),
    CheckRule(
      "unknown-value", .warning, "a word that is not among those the cloud knows",
      "The list may grow, so this is only a warning.",
      "local ims = require \"ims\"\nfor image in ims.images { status = \"activ\" } do print(image.id) end"),
    CheckRule(
      "method-call", .error, "a method called with '.', or a function of a module with ':'",
      "`object:method()` gives the object along; `module.function()` must not.",
      "local ims = require \"ims\"\nprint(ims:quota())"),
    CheckRule(
      "request", .error, "a request that the rules of the cloud refuse",
      "A request is held against the rules of `slipway validate`; their numbers are those of the reference of rules. Where a field's "
        + "value is known to the run only, what is told holds whatever it is. Some of the rules warn only.",
      "local ims = require \"ims\"\nprint(ims.data_image { name = \"a#b\", image_url = \"b:x.zvhd2\", min_disk = 40 })"),
    CheckRule(
      "deprecated", .warning, "a function that is on its way out", "Its declaration says what to use instead.",
      "(there is none at the moment)"),
  ]

  static let values = [
    CheckRule(
      "call-non-function", .error, "a call of something that is no function",
      "Lua raises \"attempt to call\". Also a `for … in` over a list without ipairs.", "local x = 5\nx()"),
    CheckRule(
      "index-non-table", .error, "a field of something that has none",
      "Lua raises \"attempt to index\".", "local x = 5\nprint(x.y)"),
    CheckRule(
      "bad-operand", .error, "an operator on values it does not take",
      "Lua raises, for instance \"attempt to concatenate a boolean value\".",
      "local ok = true\nprint(\"ok: \" .. ok)"),
    CheckRule(
      "impossible-comparison", .warning, "a comparison that is always false or always true",
      "The two sides are never equal: their types differ, or the word is none the value can have.",
      "if type(1) == \"int\" then print(1) end"),
    CheckRule(
      "negated-comparison", .warning, "`not a == b`, which is `(not a) == b`",
      "`not` binds more tightly than a comparison; write `a ~= b` or `not (a == b)`.",
      "local a = 1\nif not a == 2 then print(a) end"),
    CheckRule(
      "format-string", .error, "a format that string.format refuses, or that does not fit its arguments",
      "Lua raises \"invalid conversion\" or \"bad argument\".", "print(string.format(\"%d of %d\", 1))"),
    CheckRule(
      "pattern", .error, "a malformed pattern",
      "Lua raises \"malformed pattern\" when it comes to the place.", "print((\"x\"):find \"[a\")"),
    CheckRule(
      "duplicate-key", .warning, "a key that stands twice in a table", "The last one counts.",
      "local t = { a = 1, a = 2 }\nprint(t)"),
  ]

  static let flow = [
    CheckRule(
      "unreachable-code", .warning, "statements that are never reached",
      "They stand behind break, goto, error, os.exit, an endless loop or branches that all leave.",
      "error \"no\"\nprint(1)"),
    CheckRule(
      "loop-range", .warning, "a numeric for that runs never, or the wrong way",
      "From a larger to a smaller number the step must be negative; a step of 0 is an error.",
      "local t = {}\nfor i = #t, 1 do print(i) end"),
    CheckRule(
      "empty-branch", .warning, "a branch without a statement or a comment",
      "Something was forgotten, or the condition can go.", "local x = 1\nif x then end"),
    CheckRule(
      "endless-loop", .warning, "a loop that does nothing for ever",
      "Its condition is constant and its block is empty; `task.sleep` waits.", "while true do end"),
    CheckRule(
      "self-assignment", .warning, "an assignment of a variable to itself", "It does nothing.",
      "local x = 1\nx = x\nprint(x)"),
  ]
}
