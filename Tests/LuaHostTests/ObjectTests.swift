import Testing

@testable import LuaHost

@Suite("Swift objects in scripts")
struct ObjectTests {
  @Test("Fields, methods, tostring, length and pairs work")
  func members() async throws {
    let values = try await Bench().run(
      """
      local p = require "shop".point(3, "north")
      p.x = p.x + 1
      local names = {}
      for name in pairs(p) do names[#names + 1] = name end
      table.sort(names)
      return p.x, p:add(10), p:later(), tostring(p), #p, table.concat(names, ","), type(p)
      """)
    #expect(values == [4, 14, 4, "point north", 2, "label,x", "userdata"])
  }

  @Test(
    "A wrong use is a clear error",
    arguments: [
      ("p.lable", "shop.Point has no field or method 'lable' (did you mean 'label'?)"),
      ("p:ad(1)", "shop.Point has no field or method 'ad' (did you mean 'add'?)"),
      ("p.label = 'x'", "field 'label' of shop.Point is read-only"),
      ("p.x = 'far'", "field 'x' of shop.Point: expected integer, got string"),
      ("p.y = 1", "shop.Point has no field 'y' (did you mean 'x'?)"),
      (
        "p.add(1)",
        "'point:add' needs a shop.Point in front, got integer: call it with ':' instead of '.', as point:add(...)"
      ),
      (
        "p.add(shop.countdown(1), 1)",
        "'point:add' needs a shop.Point in front, got shop.Countdown: call it with ':' instead of '.', as point:add(...)"
      ),
      ("p:add('x')", "bad argument #1 'n' to 'point:add': expected integer, got string"),
      ("shop.order(p)", "bad argument #1 'name' to 'shop.order': expected string, got shop.Point"),
    ])
  func misuse(statement: String, message: String) async throws {
    let code = statement.contains("=") || statement.contains("(") ? statement : "return \(statement)"
    #expect(try await Bench().caught("local p = shop.point(1) \(code)") == message)
  }

  @Test("The same Swift object is the same value in Lua, also as a key")
  func identity() async throws {
    let values = try await Bench().run(
      """
      local shop = require "shop"
      local p = shop.point(1)
      local q = shop.echo(p)
      local t = {[p] = "found"}
      return p == q, t[q], p == shop.point(1), rawequal(p, q)
      """)
    #expect(values == [true, "found", false, true])
  }

  @Test("An object that comes out is the Swift object that went in")
  func unwrapped() async throws {
    let point = Point(9)
    let value = try await Bench().run("return ...", arguments: [.object(LuaObject(point, type: Shop.point))]).first
    #expect(value?.object(as: Point.self) === point)
  }

  @Test("Objects are let go after Lua has collected them")
  func collected() async throws {
    let bench = try Bench()
    weak var gone: Point?
    do {
      let point = Point(1)
      gone = point
      _ = try await bench.run("local p = ...; return p.x", arguments: [.object(LuaObject(point, type: Shop.point))])
    }
    try await bench.run("collectgarbage() collectgarbage()")
    #expect(await bench.vm.objectCount == 0)
    #expect(gone == nil)
  }

  @Test("A loop that makes many objects does not hold them all")
  func many() async throws {
    let bench = try Bench()
    let most = try await bench.run(
      "local shop = require 'shop' for i = 1, 50000 do local p = shop.point(i) end collectgarbage() shop.point(1)")
    #expect(most.isEmpty)
    #expect(await bench.vm.objectCount < 1000)
  }

  @Test("Neither does a loop in one step that only typed functions, or only errors, make objects in")
  func manyTyped() async throws {
    let bench = try Bench()
    for body in ["shop.origin('x')", "pcall(shop.small, 300)"] {
      let script = """
        local shop, most = require "shop", 0
        for i = 1, 60000 do
          \(body)
          if i % 1000 == 0 then most = math.max(most, shop.objects()) end
        end
        return most
        """
      let most = try await bench.run(script).first?.integerValue ?? .max
      #expect(most < 30000, "\(body): \(most) objects at once")
    }
  }

  @Test("An object that is called may wait: a lazy iterator for a generic for")
  func iterator() async throws {
    #expect(
      try await Bench().run("local s = 0 for n in require 'shop'.countdown(5) do s = s * 10 + n end return s") == [
        43210
      ])
  }

  @Test("Metatables are out of reach")
  func metatable() async throws {
    let text = "return getmetatable(require 'shop'.point(1)), getmetatable('')"
    #expect(try await Bench { $0.sandbox = .sandboxed }.run(text) == [false, false])
    #expect(try await Bench().run(text).first == false)
    #expect(try await Bench().caught("setmetatable(shop.point(1), {})")?.contains("table expected") == true)
  }
}
