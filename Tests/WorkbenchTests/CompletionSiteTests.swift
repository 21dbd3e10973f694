import Testing

@testable import Workbench

@Suite("Where in a line the cursor stands")
struct CompletionSiteTests {
  private func frames(_ text: String) -> [String] {
    CompletionSite(text).frames.map { frame in
      "\(frame.opener)\(frame.callee ?? "")#\(frame.index)" + (frame.field.map { " \($0)=" } ?? "")
    }
  }

  @Test("A name that ends at the cursor is found with its path, also after calls and brackets")
  func words() {
    let cases = [
      "ims.im": "ims.im", "x = ims.": "ims.", "print(a, job:wa": "job:wa", "ims.job('x'):wa": "ims.job():wa",
      "ims.request { name = 'x' }:val": "ims.request():val", "ims.job 'x':p": "ims.job():p", "1 + a": "a",
      "a .. b": "b", "a..b": "b", "x ": "", "12": "", "f(x)[1].": "", "return im": "im", "ret": "ret", "end": "end",
      "local function f() return ims.q": "ims.q", "-- a\nims.q": "ims.q", "[[ text ]] ims.q": "ims.q",
    ]
    for (text, word) in cases { #expect(CompletionSite(text).word == word, "\(text)") }
  }

  @Test("A string is known as one until it is closed, with its escapes taken away")
  func literals() {
    let cases: [(String, CompletionSite.Cursor)] = [
      ("f(\"ab", .literal("ab")), ("f('a\"b", .literal("a\"b")), ("f(\"a\\\"b", .literal("a\"b")),
      ("f(\"ab\"", .code), ("x = 'it\\'s", .literal("it's")), ("f(\"a\\", .literal("a")), ("\"a\nb", .code),
      ("-- it's", .elsewhere), ("-- it's\nf('", .literal("")), ("[[ it's", .elsewhere), ("[==[ ]] '", .elsewhere),
      ("--[[ it's ]] f('a", .literal("a")), ("1.5", .elsewhere), ("0x1f", .elsewhere), ("a1", .code),
    ]
    for (text, cursor) in cases { #expect(CompletionSite(text).cursor == cursor, "\(text)") }
  }

  @Test("Brackets around the cursor are known with what is called, the slot and the field")
  func brackets() {
    let cases: [String: [String]] = [
      "obs.head('b', 'k": ["(obs.head#1"],
      "ims.import { name = 'x', image_url = 'g": ["{ims.import#1 image_url="],
      "ims.import(ims.system_image { os_version = 'U": ["(ims.import#0", "{ims.system_image#0 os_version="],
      "ims.import(r, { timeout = '": ["(ims.import#1", "{#0 timeout="], "ims.job 'x": ["'ims.job#0"],
      "f(a == b, c": ["(f#1"], "t = { { a = 1 }, { b = ": ["{#1", "{#0 b="], "f(g(1, 2), 3, ": ["(f#2"],
      "for k, v in pairs(": ["(pairs#0"], "f({ [1] = 2 }, '": ["(f#1"], "x = 1; f(": ["(f#0"], "f(1)": [],
      "job:wait { timeout = '1h', on_": ["{job:wait#1"], "t[a.": ["[#0"], ")))(": ["(#0"],
    ]
    for (text, expected) in cases { #expect(frames(text) == expected, "\(text)") }
  }

  @Test("Texts beside the cursor are kept by their place or their field")
  func siblings() {
    let call = CompletionSite("obs.head('images', x, 'b' .. 'c', '").frames.last
    #expect(call?.texts == [0: "images"])
    let table = CompletionSite("{ bucket = 'images', 'alone', object = '").frames.last
    #expect(table?.named == ["bucket": "images"])
    #expect(table?.texts == [1: "alone"])
    #expect(table?.used == ["bucket", "object"])
  }

  @Test("Any beginning of any text is looked at without harm")
  func beginnings() {
    let text =
      "local r = ims.import(ims.x { a = 'q\\'', [1] = [==[ x ]] ]==], b = -1.5e3 }, f 'y')[2]:z(\"\\x41\") -- end\n}])"
    for count in 0...text.count { _ = CompletionSite(String(text.prefix(count))) }
  }
}
