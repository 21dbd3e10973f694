/// The values that a call gives.
struct Results {
  let types: [ValueType]
  /// Whether more may come.
  let isOpen: Bool

  static var unknown: Results { Results(types: [], isOpen: true) }
  static var nothing: Results { Results(types: [], isOpen: false) }

  var count: Int { types.count }
  /// The first one; nil when there is none for sure.
  var first: ValueType? { types.first ?? (isOpen ? .unknown : nil) }
  subscript(_ index: Int) -> ValueType { types[index] }
}
