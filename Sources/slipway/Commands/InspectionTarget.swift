import Foundation
import ImageImport

/// What a word of `slipway inspect` names.
enum InspectionTarget {
  /// The object it names; nil for a local file.
  ///
  /// A file that is there is a file, whatever colons are in its name.
  static func object(_ word: String, exists: (String) -> Bool = FileManager.default.fileExists(atPath:))
    -> ImageLocation?
  {
    if let location = ImageLocation(storeURL: word) { return location }
    guard !exists(word), let location = ImageLocation(word), !location.bucket.contains("/"),
      !location.bucket.hasPrefix(".")
    else { return nil }
    return location
  }
}
