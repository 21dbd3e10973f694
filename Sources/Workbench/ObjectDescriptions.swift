import LuaHost

/// What `tostring` says about the objects inside some values, asked of the VM before they are printed.
///
/// Only host objects are asked, whose descriptions are Swift code; a script's own `__tostring` never runs because of printing.
struct ObjectDescriptions: Sendable {
  /// Enough for what is shown at all.
  static let limit = 200

  private var texts: [ObjectIdentifier: String] = [:]

  func text(_ object: LuaObject) -> String? { texts[ObjectIdentifier(object.value)] }

  init(of values: [LuaValue], on vm: LuaVM) async {
    var objects: [LuaObject] = []
    for value in values { Self.collect(value, depth: 0, into: &objects) }
    guard !objects.isEmpty else { return }
    guard let tostring = try? await vm.global("tostring").functionValue else { return }
    for object in objects where texts[ObjectIdentifier(object.value)] == nil {
      let text = try? await tostring.call([.object(object)]).first?.stringValue
      if let text { texts[ObjectIdentifier(object.value)] = text }
    }
  }

  private static func collect(_ value: LuaValue, depth: Int, into objects: inout [LuaObject]) {
    guard objects.count < limit, depth < 8 else { return }
    switch value {
    case .object(let object): objects.append(object)
    case .table(let table):
      for item in table.array { collect(item, depth: depth + 1, into: &objects) }
      for entry in table.entries { collect(entry.value, depth: depth + 1, into: &objects) }
    default: break
    }
  }
}
