import LuaHost
import Synchronization
import Testing

@testable import Workbench

@Suite("Tab")
struct CompleterTests {
  private static let parcel = ObjectType(
    "shop.Parcel", "A parcel.",
    fields: [
      ObjectField("weight", .number, "in kg") { _ in 1 }, ObjectField("box", .object("shop.Box"), "") { _ in .nil },
    ],
    methods: [.waiting("parcel:send", "Sends it.", since: "0.1") { _ in [] }])
  private static let box = ObjectType(
    "shop.Box", "A box.", fields: [ObjectField("colour", .string, "") { _ in "red" }])

  private static let order = LuaType.record(
    LuaRecord(
      "shop.Order", "An order.",
      fields: [
        HostParameter("name", .string, "whose"),
        HostParameter("size", .enumeration(["small", "large"]), "how large", optional: true),
        HostParameter(
          "paper",
          .alias(LuaAlias("shop.Paper", "A kind.", type: .string, known: [("Brown", ""), ("Brass foil", "")])),
          "what around it", optional: true),
        HostParameter("stickers", .list(.enumeration(["fragile", "heavy"])), "", optional: true),
      ]))

  private static let module = HostModule(
    "shop", "A shop.",
    functions: [
      HostFunction(
        "shop.order", "Orders.", parameters: [HostParameter("order", order, "what")],
        returns: [HostParameter("parcel", .object("shop.Parcel"), "it")], since: "0.1"
      ) { _ in [] },
      HostFunction(
        "shop.orders", "Orders many.", parameters: [HostParameter("orders", .list(order), "what")], since: "0.1"
      ) { _ in [] },
      HostFunction(
        "shop.find", "Finds.",
        parameters: [
          HostParameter("shelf", .string, "where"), HostParameter("item", .string, "what"),
          HostParameter("options", .record([HostParameter("side", .string, "")]), "", optional: true),
        ], since: "0.1"
      ) { _ in [] },
    ], types: [parcel, box])

  /// Knows shelves and what lies on them, and remembers what it was asked.
  private final class Shelves: CompletionSource {
    let asked = Mutex<[CompletionSlot]>([])

    func values(for slot: CompletionSlot) async -> [String] {
      asked.withLock { $0.append(slot) }
      switch slot.name {
      case "shelf": return ["north", "north-west", "it's", "bell\u{7}"]
      case "item": return slot.siblings["shelf"] == "north" ? ["bolt", "bucket"] : []
      case "side": return [slot.siblings["shelf"] ?? "none"]
      case "slow":
        try? await Task.sleep(for: .seconds(30))
        return ["late"]
      case "argument": return [slot.function ?? ""]
      default: return []
      }
    }
  }

  private let shelves = Shelves()

  private func completer(_ before: String = "") -> Completer {
    let interface = HostInterface(program: "", modules: [Self.module])
    var completer = Completer(
      names: ["shop", "shop.order", "shop.orders", "shop.find", "print", "mine", "mine.inner", "p", ".help", ".load"],
      index: CompletionIndex(interface), source: shelves, before: before)
    completer.index.variables = ["p": "shop.Parcel", "mine.inner": "shop.Box"]
    return completer
  }

  private func complete(_ line: String, after before: String = "") -> LineCompletion {
    completer(before).complete(line)
  }

  @Test("A unique name is completed, a shared beginning too, otherwise the choice is shown")
  func names() {
    #expect(complete("pr") == .insert("int"))
    #expect(complete("x = shop.f") == .insert("ind"))
    #expect(complete("shop.or") == .insert("der"))
    #expect(complete("shop.order") == .insert("s") || complete("shop.order") == .list(["shop.orders"]))
    #expect(complete("zzz") == .none)
    #expect(complete("sh") == .insert("op."))
    #expect(complete("mi") == .insert("ne."))
    #expect(complete(".he") == .insert("lp"))
  }

  @Test("At the start of a line Tab indents; in comments and numbers it does nothing")
  func elsewhere() {
    #expect(complete("") == .insert("  "))
    #expect(complete("  ") == .insert("  "))
    for line in ["12", "x = ", "-- pr", "[[ pr"] { #expect(complete(line) == .none, "\(line)") }
  }

  @Test("Methods and fields of the session's objects are offered, also of what a call returns and of fields")
  func members() {
    #expect(complete("p:") == .insert("send"))
    #expect(complete("p.w") == .insert("eight"))
    #expect(complete("shop.order{}:s") == .insert("end"))
    #expect(complete("shop.order('x').box.c") == .insert("olour"))
    #expect(complete("mine.inner.") == .insert("colour"))
    #expect(complete("unknown().x") == .none)
  }

  @Test("The fields of a table argument are offered where a field may stand, those that are there are not")
  func fields() {
    #expect(complete("shop.order { na") == .insert("me = "))
    #expect(complete("shop.order{ ") == .list(["name", "size", "paper", "stickers"]))
    #expect(complete("shop.order { name = 'x', ") == .list(["size", "paper", "stickers"]))
    #expect(complete("shop.orders { { name = 'x' }, { si") == .insert("ze = "))
    #expect(complete("shop.order { name = pr") == .insert("int"))
    #expect(complete("  si", after: "shop.order {\n") == .insert("ze = "))
  }

  @Test("The words of a field are offered inside its quotes; where only case differs, what is typed is replaced")
  func words() {
    #expect(complete("shop.order { size = \"") == .list(["small", "large"]))
    #expect(complete("shop.order { size = 's") == .insert("mall"))
    #expect(complete("shop.order { paper = 'bro") == .replace(3, "Brown"))
    #expect(complete("shop.order { paper = 'br") == .replace(2, "Br"))
    #expect(complete("shop.order { stickers = { 'fragile', 'h") == .insert("eavy"))
    #expect(complete("x = 'sm") == .none)
  }

  @Test("Values of the world come from the source, which is told what stands beside them")
  func values() {
    #expect(complete("shop.find('nor") == .insert("th"))
    #expect(complete("shop.find('north") == .insert("-west"))
    #expect(complete("shop.find('north', 'bu") == .insert("cket"))
    #expect(complete("shop.find('south', 'bu") == .none)
    #expect(complete("shop.find('north', 'bolt', { side = '") == .insert("north"))
    #expect(complete("shop.find 'nor") == .insert("th"))
    #expect(complete("local t = { shelf = 'nor") == .insert("th"))
    #expect(complete("shelf = 'nor") == .insert("th"))
    #expect(complete("local shelf = 'nor") == .insert("th"))
    #expect(complete("shelf = x .. 'nor") == .none)
    #expect(shelves.asked.withLock { $0.first }?.function == "shop.find")
    // Neither what would have to be escaped nor what would move the cursor.
    #expect(complete("shop.find('it") == .none)
    #expect(complete("shop.find('bell") == .none)
    // A text with escapes in front of the cursor is left alone.
    #expect(complete("shop.find('nor\\116") == .none)
  }

  @Test("Tab waits for a slow source, but not for long")
  func patience() {
    let clock = ContinuousClock()
    let start = clock.now
    #expect(complete("x = { slow = '") == .none)
    #expect(start.duration(to: clock.now) < .seconds(15))
  }

  @Test("Dot commands and questions complete what they are about")
  func commands() {
    #expect(complete(".load ") == .insert(".load"))
    #expect(complete(".help shop.f") == .insert("ind"))
    #expect(complete("?shop.f") == .insert("ind"))
    #expect(complete("??pri") == .insert("nt"))
    #expect(complete(".time shop.find('nor") == .insert("th"))
  }

  @Test("Choices stand in columns that fit, and no more of them than can be looked over")
  func list() {
    #expect(CompletionList.lines(["one", "two", "three"], columns: 80) == ["one    two    three"])
    #expect(CompletionList.lines(["one", "two", "three", "four"], columns: 14) == ["one    three", "two    four"])
    #expect(CompletionList.lines(["long name"], columns: 6) == ["long…"])
    let many = CompletionList.lines((1...100).map { "n\($0)" }, columns: 5)
    #expect(many.count == 21 && many.last == "... and 80 more")
  }
}
