import CloudAccess
import DiskImages
import ObjectStorage

/// All that preflight found out for one request; the checks judge it without asking anything themselves.
struct PreflightFacts: Sendable {
  /// The `.mf` beside a RAW file.
  struct Bitmap: Sendable {
    var info: ObjectInfo

    /// Its first bytes; a few are enough to know an OVF manifest.
    var start: [UInt8]
  }

  /// Of the image service's endpoint.
  var region: String
  var projectName: String?
  var projectID: String?

  /// How many imports of this process are under way.
  var ownImports = 0

  var bucket = PreflightAnswer<BucketInfo>.notAsked
  var object = PreflightAnswer<ObjectInfo>.notAsked
  var bitmap = PreflightAnswer<Bitmap>.notAsked
  var header = PreflightAnswer<DiskInspection>.notAsked
  var quota = PreflightAnswer<ImageQuota>.notAsked
  var images = PreflightAnswer<ImageRoll>.notAsked

  /// Why a question has no answer; nil when it has one, or was not asked.
  func failure(of question: PreflightQuestion) -> PreflightFailure? {
    switch question {
    case .bucket: bucket.failure
    case .object: object.failure
    case .bitmap: bitmap.failure
    case .header: header.failure
    case .quota: quota.failure
    case .images: images.failure
    }
  }

  /// Notes that a question has no answer.
  mutating func fail(_ question: PreflightQuestion, _ failure: PreflightFailure) {
    switch question {
    case .bucket: bucket = .failed(failure)
    case .object: object = .failed(failure)
    case .bitmap: bitmap = .failed(failure)
    case .header: header = .failed(failure)
    case .quota: quota = .failed(failure)
    case .images: images = .failed(failure)
    }
  }

  /// What is known about the file, for the rules that judge its size and content.
  var file: ImageFileFacts? {
    if let inspection = header.value { return ImageFileFacts(inspection) }
    return object.value.map { ImageFileFacts(objectSize: $0.size) }
  }
}
