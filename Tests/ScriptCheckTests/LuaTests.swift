import LuaHost
import Testing

@testable import ScriptCheck

@Suite("Lua itself")
struct LuaTests {
  @Test(
    "Calls of Lua's own functions",
    arguments: [
      ("print(string.fromat('x'))", "14 unknown-member"), ("print(('x'):uper())", "13 unknown-member"),
      ("print(string.rep('x'))", "7 argument-count"), ("print(('x'):rep(2))", ""),
      ("print(('x'):rep())", "13 argument-count"),
      ("print(type(1, 2))", "15 extra-argument"), ("print(tostring())", "7 argument-count"),
      ("print(string.rep({}, 2))", "18 argument-type"), ("print(table.concat('x'))", "20 argument-type"),
      ("print(string.format('%d %d', 1))", "21 format-string"), ("print(('%d'):format(1, 2))", "24 extra-argument"),
      ("print(('%y'):format(1))", "14 format-string"), ("print(('%5.2f%%'):format(1))", ""),
      ("print(('%d'):format(1.5))", "21 format-string"), ("print(('%d'):format({}))", "21 format-string"),
      ("print(('%s %s'):format(...))", ""), ("print(('x'):find '[a')", "18 pattern"),
      ("print(('x'):find('[a', 1, true))", ""),
      ("print(('x'):gsub('(a', ''))", "18 pattern"), ("print(('x'):match '%')", "19 pattern"),
      ("print(('x'):match '^[]]%b()%f[%w](a)%1$')", ""),
      ("('x'):upper()", "1 unused-result"), ("string:upper()", "8 method-call"), ("math.floor(1)", "1 unused-result"),
      ("table.insert({}, 'a', 'b')", "18 bad-operand"), ("local x = 5 x()", "13 call-non-function"),
      ("local x = 5 print(x.y)", "21 index-non-table"), ("local x print(x.y)", "17 index-non-table"),
      ("local x = 'a' print(x.y)", "23 unknown-member"), ("local x = 'a' print(x.len)", ""),
      ("print('a' .. true)", "14 bad-operand"), ("print(1 + {})", "11 bad-operand"),
      ("print('a' + 1)", "7 bad-operand"),
      ("print('10' + 1, ' 0x10 ' * 2, '-1.5' - 1)", ""), ("print(-{} , #5)", "8 bad-operand, 14 bad-operand"),
      ("print(1 < 'x')", "7 bad-operand"), ("print({} == 1)", "7 impossible-comparison"),
      ("print(type(1) == 'int')", "18 impossible-comparison"),
      ("print(math.type(1) == 'integer')", ""), ("print(not 1 == 2)", "7 negated-comparison"),
      ("local a, b = true, false print(not a == b)", ""),
      ("local t = { a = 1, ['a'] = 2 } print(t)", "20 duplicate-key"),
      ("local t = { 1, [1] = 2 } print(t)", "16 duplicate-key"),
      ("local t = { retries = 3 } print(t.retires)", "35 unknown-field"),
      ("local t = { retries = 3 } print(t) print(t.retires)", "44 unknown-field"),
      ("local t = { retries = 3 } next(t) rawset(t, 1, 1) print(t.retires)", "27 unused-result"),
      ("local t = {} t.x = 1 print(t.y)", "30 unknown-field"),
      ("local t = {} print(t) t.x = 1 print(t.y)", "39 unknown-field"),
      ("local t = {} setmetatable(t, t) print(t.y)", ""),
      ("local t = {} function t:f() return self.x end print(t.y, t:f())", ""),
      ("for x in {} do print(x) end", "10 call-non-function"),
      ("for _, x in ipairs { 1 } do print(x.y) end", ""), ("for i = '1', 2 do print(i) end", "9 bad-operand"),
      ("local function f(a) return a end f(1, 2)", "39 extra-argument"),
      ("local function f(...) return ... end f(1, 2)", ""),
      ("local function f() end f = print f(1)", ""), ("print(assert(nil, 'x').y)", ""),
      ("print((tonumber 'x') + 1)", ""),
      ("local print = 5 print()", "17 call-non-function"), ("tostring = 5 print(tostring(1, 2))", ""),
    ])
  func calls(script: (text: String, expected: String)) {
    let found = Shop.check(script.text).map { $0.dropFirst(2) }.joined(separator: ", ")
    #expect(found == script.expected, "\(script.text)")
  }

  @Test(
    "Code that is never reached, and loops that do not loop",
    arguments: [
      ("error 'x' print(1)", "11 unreachable-code"), ("do return end print(1)", "15 unreachable-code"),
      ("while true do print(1) end print(2)", "28 unreachable-code"),
      ("while true do if print() then break end end print(2)", ""),
      ("while true do while true do break end end print(2)", "43 unreachable-code"),
      ("while true do goto out end ::out:: print(2)", ""),
      ("if print() then return else return end print(1)", "40 unreachable-code"),
      ("if print() then return end print(1)", ""), ("goto a print(1) ::a:: print(2)", "8 unreachable-code"),
      ("repeat local x = print() if x then break end until false print(1)", ""),
      ("repeat print(1) until false print(2)", "29 unreachable-code"),
      ("while true do break print(1) end", "21 unreachable-code"), ("for _ = 1, 2 do return end print(1)", ""),
      ("os.exit(1) print(1)", "12 unreachable-code"), ("pcall(error) print(1)", ""),
      ("local error = print error 'x' print(1)", ""),
      ("for i = 10, 1 do print(i) end", "9 loop-range"), ("for i = 10, 1, -1 do print(i) end", ""),
      ("for i = 1, 10, 0 do print(i) end", "16 loop-range"),
      ("local t = {} for i = #t, 1 do print(i) end", "22 loop-range"),
      ("local t = {} for i = #t, 1, -1 do print(i) end", ""), ("while true do end", "1 endless-loop"),
      ("if print() then end", "1 empty-branch"), ("if print() then --[[ nothing ]] end", ""),
      ("if print() then else print(1) end", ""),
      ("local x = print() x = x", "19 self-assignment"),
    ])
  func flow(script: (text: String, expected: String)) {
    let found = Shop.check(script.text).map { $0.dropFirst(2) }.joined(separator: ", ")
    #expect(found == script.expected, "\(script.text)")
  }

  @Test("Comments switch rules off: on their line, for the next line, for the file")
  func suppressions() {
    #expect(Shop.check("local x = 1 -- slipway: ignore") == [])
    #expect(Shop.check("local x = 1 -- slipway: ignore unused-local") == [])
    #expect(Shop.check("local x = 1 -- slipway: ignore unused-label") == ["1:7 unused-local"])
    #expect(
      Shop.check("-- slipway: ignore unused-local, shadowing -- because\n\n-- more\nlocal x = 1\nlocal y") == [
        "5:7 unused-local"
      ])
    #expect(Shop.check("-- slipway: ignore-file unused-local\nlocal x = 1\nprint(y)") == ["3:7 undefined-global"])
    #expect(Shop.check("print(1) -- slipway: ignore unused-locl") == ["1:10 unknown-rule"])
    #expect(Shop.check("local x = -- slipway: ignore") == ["1:29 syntax-error"])
    #expect(Shop.check("--[[ slipway: ignore ]] local x = 1") == [])
  }
}
