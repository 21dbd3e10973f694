extension CheckRule {
  static let syntax = [
    CheckRule(
      "syntax-error", .error, "the text is not Lua 5.4",
      "Lua would refuse the script before its first line runs. After a mistake reading goes on with the next statement, so that "
        + "several are told at once; nothing else is told of such a file.",
      "local x = = 1"),
    CheckRule(
      "encoding", .error, "the file is not UTF-8 text",
      "`slipway run` takes UTF-8 only and no compiled Lua. Write single bytes in strings as escapes, such as \"\\xFF\".",
      "(a file in Latin-1)"),
  ]

  static let names = [
    CheckRule(
      "undefined-global", .error, "a global that nothing defines",
      "Nothing in the script or the modules it requires assigns it, and Lua's libraries have no such name: it is nil. Asking "
        + "whether a well-known global of another Lua is there, as in `unpack or table.unpack`, is fine.",
      "local total = 1\nprint(totl)"),
    CheckRule(
      "restricted-library", .error, "a part of Lua's libraries that the script would not be given",
      "`slipway run` gives scripts io and most of os only with --allow, and less with --sandbox. Give check the same options "
        + "as the run.",
      "local file = io.open(\"x\")"),
    CheckRule(
      "global-in-function", .warning, "a function assigns a global that is declared nowhere else",
      "It is visible everywhere and lives on after the call; mostly `local` was forgotten. A global that is assigned at the top "
        + "of the file counts as declared.",
      "local function f()\n  count = 1\nend\nf()"),
    CheckRule(
      "misspelt-global", .warning, "a global that is assigned, never read, and spelt nearly like another name",
      "Assigning to a misspelt name makes a new global without a word.",
      "local count = 0\nfor i = 1, 3 do cuont = count + i end\nprint(count)"),
    CheckRule(
      "shadowing", .warning, "a local hides another of the same name",
      "Inside of its scope the outer one cannot be reached.",
      "local x = 1\ndo\n  local x = 2\n  print(x)\nend\nprint(x)", isOnByDefault: false),
    CheckRule(
      "unknown-module", .error, "a module that is not found",
      "`require` looks among the built-in modules, beside the script and in `lua`. Names that are not written as a literal, "
        + "and `pcall(require, name)`, are not looked at.",
      "local ims = require \"imss\""),
  ]

  static let unused = [
    CheckRule(
      "unused-local", .warning, "a local that is never read",
      "It does nothing. Names that begin with _ say that they are not needed, and <close> variables need not be read.",
      "local unused = 1"),
    CheckRule(
      "unused-loop-variable", .warning, "a loop variable that is never read",
      "Call it _ if only the number of turns counts.",
      "local t = { 1 }\nfor index, value in ipairs(t) do print(value) end"),
    CheckRule(
      "unused-parameter", .warning, "a parameter that is never read",
      "Often a callback has to take more than it needs, therefore this is not looked for by default.",
      "local function f(a) return 1 end\nprint(f(1))", isOnByDefault: false),
    CheckRule(
      "unused-label", .warning, "a label that no goto leads to", "It does nothing.", "::again::\nprint(1)"),
    CheckRule(
      "unused-result", .warning, "a call that only gives a result, which is not used",
      "The call has no other effect. Functions say so in their declarations (`@nodiscard` in the types for editors).",
      "local text = \"a\"\ntext:upper()"),
    CheckRule(
      "no-result", .warning, "the result of a function that gives none",
      "The value is always nil.", "local log = require \"log\"\nlocal x = log.info \"a\"\nprint(x)"),
  ]

  static let comments = [
    CheckRule(
      "unknown-rule", .warning, "a comment that switches off a rule there is none of",
      "`-- slipway: ignore RULE` takes the ids that `slipway check --list-rules` prints.",
      "local x = 1 -- slipway: ignore unused-locl\nprint(x)")
  ]
}
