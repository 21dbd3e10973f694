/// What preflight asks; each is asked once, whichever checks need its answer.
public enum PreflightQuestion: String, Sendable, Hashable, CaseIterable {
  /// HEAD of the bucket, and its location where HEAD does not tell it.
  case bucket

  /// HEAD of the object.
  case object

  /// HEAD of the `.mf` beside a RAW file, and its first bytes.
  case bitmap

  /// The headers inside the object, by ranged GETs of a few kilobytes.
  case header

  /// The image service's quota.
  case quota

  /// The project's private images: their names, and how many are being made.
  case images

  /// What is asked for, for people.
  var title: String {
    switch self {
    case .bucket: "HEAD of the bucket"
    case .object: "HEAD of the object"
    case .bitmap: "HEAD of the `.mf` and its first bytes"
    case .header: "kilobytes of the object, by range"
    case .quota: "the quota"
    case .images: "the list of private images"
    }
  }

  /// Whether it is about the bucket or an object in it.
  var isAboutFile: Bool {
    switch self {
    case .bucket, .object, .bitmap, .header: true
    case .quota, .images: false
    }
  }
}
