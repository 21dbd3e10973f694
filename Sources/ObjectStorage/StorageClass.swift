import CloudAccess

/// A storage class under its OBS name, whichever kind of name the service used.
public struct StorageClass: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
  public var rawValue: String

  /// Takes OBS names and their AWS aliases (`STANDARD_IA`, `GLACIER`); keeps unknown names.
  public init(rawValue: String) {
    switch rawValue.uppercased() {
    case "STANDARD_IA": self.rawValue = "WARM"
    case "GLACIER": self.rawValue = "COLD"
    case let name: self.rawValue = name
    }
  }

  public static let standard = StorageClass(rawValue: "STANDARD")
  public static let warm = StorageClass(rawValue: "WARM")
  /// Must be restored before it can be read.
  public static let cold = StorageClass(rawValue: "COLD")
  /// Must be restored before it can be read.
  public static let deepArchive = StorageClass(rawValue: "DEEP_ARCHIVE")

  public var description: String { rawValue }

  /// The name under which a request of that kind asks for the class.
  func wireName(_ signature: ObjectStorageSignature) -> String {
    guard signature != .obs else { return rawValue }
    return switch rawValue {
    case "WARM": "STANDARD_IA"
    case "COLD": "GLACIER"
    default: rawValue
    }
  }
}
