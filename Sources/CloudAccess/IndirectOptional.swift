/// A value that may be missing, kept outside of the one that holds it; see ``Indirect``. One that is missing takes nothing there.
@propertyWrapper
public struct IndirectOptional<Value: Sendable>: Sendable {
  private var box: Indirect<Value>?

  public init(wrappedValue: Value?) { box = wrappedValue.map { Indirect(wrappedValue: $0) } }

  /// The value; setting it leaves copies of the holder as they were.
  public var wrappedValue: Value? {
    get { box?.wrappedValue }
    set { box = newValue.map { Indirect(wrappedValue: $0) } }
  }
}

extension IndirectOptional: Equatable where Value: Equatable {}
extension IndirectOptional: Hashable where Value: Hashable {}
