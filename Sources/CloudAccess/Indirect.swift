/// A value kept outside of the one that holds it, so that the holder is small to copy and to keep in the frame of a suspended task.
///
/// The frame of an asynchronous function has room for every value that it ever holds, all of them side by side, for as long as it is
/// suspended: a few large structures make that tens of kilobytes for each of ten thousand waits.
@propertyWrapper
public struct Indirect<Value: Sendable>: Sendable {
  private final class Box: Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
  }

  private var box: Box

  public init(wrappedValue: Value) { box = Box(wrappedValue) }

  /// The value; setting it leaves copies of the holder as they were.
  public var wrappedValue: Value {
    get { box.value }
    set { box = Box(newValue) }
  }
}

extension Indirect: Equatable where Value: Equatable {
  public static func == (left: Self, right: Self) -> Bool {
    left.box === right.box || left.wrappedValue == right.wrappedValue
  }
}

extension Indirect: Hashable where Value: Hashable {
  public func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}
