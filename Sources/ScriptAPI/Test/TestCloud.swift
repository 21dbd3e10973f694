import CloudAccess

/// The local cloud of one test case, as `slipway test` gives it to the script.
///
/// A protocol, because the local cloud stands on a floor above the script modules.
public protocol TestCloud: AnyObject, Sendable {
  /// Every image, oldest first, also those that no list shows yet.
  var images: [JSONValue] { get }
  /// Every job, oldest first.
  var jobs: [JSONValue] { get }
  /// The faults that are set, with how many calls each has met and struck.
  var faults: [JSONValue] { get }
  /// How many calls of each kind came; kinds that never came are there with 0.
  var requests: [(call: String, count: Int)] { get }

  /// Sets faults from the text form, an object, or an array of both.
  func add(faults: JSONValue) throws
  /// Takes all faults back.
  func removeFaults()
  /// Sets a switch.
  func set(_ name: String, _ value: JSONValue) throws
  /// Lets cloud time jump ahead of the script's clock.
  func advance(by duration: Duration)
  /// Puts an object into a bucket, which is made when missing.
  func put(_ content: TestObject, bucket: String, key: String) throws
}

/// What an object of a test's bucket holds.
public enum TestObject: Sendable, Equatable {
  /// These bytes.
  case bytes([UInt8])
  /// A copy of the file at an absolute path.
  case file(String)
  /// An image with a disk of so many bytes inside, nearly all of it zeros.
  case image(format: String, size: UInt64)
}
