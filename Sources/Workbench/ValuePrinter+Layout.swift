import LuaHost

extension ValuePrinter {
  /// Text with and without colours: one to show, one to measure.
  struct Shown {
    var plain: String
    var colored: String

    static func + (left: Shown, right: Shown) -> Shown {
      Shown(plain: left.plain + right.plain, colored: left.colored + right.colored)
    }
  }

  /// The printing of one value, with what is left of the limits.
  struct Run {
    let printer: ValuePrinter
    var left: Int

    mutating func text(_ value: LuaValue, indent: Int, depth: Int) -> Shown {
      switch value {
      case .nil: return shown("nil", .dim)
      case .boolean(let value): return shown(value ? "true" : "false", .yellow)
      case .integer(let value): return shown(String(value), .cyan)
      case .number(let value): return shown(ValuePrinter.number(value), .cyan)
      case .string(let value): return shown(ValuePrinter.literal(value, limit: printer.limits.string), .green)
      case .function: return shown("<function>", .magenta)
      case .object(let object): return shown(printer.shown(object), .magenta)
      case .table(let table): return text(table, indent: indent, depth: depth)
      }
    }

    private mutating func text(_ table: LuaTable, indent: Int, depth: Int) -> Shown {
      if table.isEmpty { return shown("{}") }
      let count = table.array.count + table.entries.count
      if depth >= printer.limits.depth {
        return shown("{ ", nil) + shown("--[[ \(count) \(count == 1 ? "entry" : "entries") ]]", .dim) + shown(" }")
      }
      var items: [Shown] = []
      var inArray = table.array.makeIterator()
      var inEntries = table.entries.makeIterator()
      while items.count < printer.limits.entries, left > 0 {
        left -= 1
        if let value = inArray.next() {
          items.append(text(value, indent: indent + 2, depth: depth + 1))
        } else if let entry = inEntries.next() {
          items.append(key(entry.key) + shown(" = ") + text(entry.value, indent: indent + 2, depth: depth + 1))
        } else {
          break
        }
      }
      let hidden = count - items.count
      let width = items.reduce(4 + indent) { $0 + DisplayText.width($1.plain) + 2 }
      if hidden == 0, width <= printer.style.columns, !items.contains(where: { $0.plain.contains("\n") }) {
        return shown("{ ") + joined(items, ", ") + shown(" }")
      }
      let margin = String(repeating: " ", count: indent + 2)
      var result = shown("{\n")
      for item in items { result = result + shown(margin) + item + shown(",\n") }
      if hidden > 0 { result = result + shown(margin) + shown("-- \(hidden) more", .dim) + shown("\n") }
      return result + shown(String(repeating: " ", count: indent) + "}")
    }

    private mutating func key(_ key: LuaValue) -> Shown {
      if case .string(let name) = key, let text = name.validUTF8, ValuePrinter.isName(text) { return shown(text) }
      if case .table = key { return shown("[<table>]") }
      return shown("[") + text(key, indent: 0, depth: printer.limits.depth) + shown("]")
    }

    private func joined(_ items: [Shown], _ separator: String) -> Shown {
      var result = shown("")
      for (index, item) in items.enumerated() {
        result = index == 0 ? item : result + shown(separator) + item
      }
      return result
    }

    private func shown(_ text: String, _ style: Paint.Style? = nil) -> Shown {
      Shown(plain: text, colored: style.map { printer.style.paint($0, text) } ?? text)
    }
  }

  private func shown(_ object: LuaObject) -> String {
    let text = DisplayText.harmless(describe(object) ?? object.type.name)
    return text.hasPrefix("<") ? text : "<" + text + ">"
  }

  /// May stand in a table constructor without brackets.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(0x30..<0x3a).contains(first), !LuaKeywords.set.contains(text) else {
      return false
    }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30..<0x3a, 0x41..<0x5b, 0x61..<0x7b, UInt8(ascii: "_"): true
      default: false
      }
    }
  }
}
