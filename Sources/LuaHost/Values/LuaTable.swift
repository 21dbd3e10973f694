/// A copy of a Lua table: an array part from index 1, and all other entries.
public struct LuaTable: Sendable, Equatable {
  /// The values at 1, 2, 3 … up to the first gap.
  public var array: [LuaValue]

  /// Every other entry. Tables that come from Lua have them sorted: numbers, then strings by their bytes, then the rest.
  public var entries: [(key: LuaValue, value: LuaValue)]

  /// Makes a table from its two parts.
  public init(array: [LuaValue] = [], entries: [(key: LuaValue, value: LuaValue)] = []) {
    self.array = array
    self.entries = entries
  }

  /// Makes a table from named fields; fields that are `nil` are left out.
  public init(fields: [(String, LuaValue)]) {
    array = []
    entries = fields.filter { !$0.1.isNil }.map { (key: .string(LuaString($0.0)), value: $0.1) }
  }

  /// Whether the table holds nothing at all.
  public var isEmpty: Bool { array.isEmpty && entries.isEmpty }

  /// The entries whose keys are strings, in order.
  public var fields: [(name: String, value: LuaValue)] {
    entries.compactMap { entry in entry.key.stringValue.map { ($0, entry.value) } }
  }

  /// The value under a string key; setting `nil` removes the entry.
  public subscript(_ name: String) -> LuaValue {
    get {
      let key = LuaString(name)
      for entry in entries {
        if case .string(let string) = entry.key, string == key { return entry.value }
      }
      return .nil
    }
    set { set(.string(LuaString(name)), newValue) }
  }

  /// The value under any key.
  public subscript(key key: LuaValue) -> LuaValue {
    get {
      if let index = key.integerValue, index >= 1, index <= Int64(array.count) { return array[Int(index) - 1] }
      return entries.first { $0.key == key }?.value ?? .nil
    }
    set {
      if let index = key.integerValue, index >= 1, index <= Int64(array.count) {
        array[Int(index) - 1] = newValue
      } else {
        set(key, newValue)
      }
    }
  }

  private mutating func set(_ key: LuaValue, _ value: LuaValue) {
    if let index = entries.firstIndex(where: { $0.key == key }) {
      if value.isNil { entries.remove(at: index) } else { entries[index].value = value }
    } else if !value.isNil {
      entries.append((key: key, value: value))
    }
  }

  /// Two tables are equal when both parts are, whatever the order of the entries.
  public static func == (left: LuaTable, right: LuaTable) -> Bool {
    guard left.array == right.array, left.entries.count == right.entries.count else { return false }
    return left.entries.allSatisfy { entry in right[key: entry.key] == entry.value }
  }
}
