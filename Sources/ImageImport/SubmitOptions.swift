/// How an import is submitted.
public struct SubmitOptions: Sendable {
  /// What makes two imports the same one; nil derives it from the request.
  public var key: String?

  /// Makes a new image even when the same import was done before. One that is under way is waited for all the same.
  public var again: Bool

  /// What to do about a submission whose answer was lost and whose image does not appear.
  public var onNotFound: NotFoundPolicy

  /// Whether the image is tagged with a marker, by which it is found when the answer gets lost.
  public var marksImage: Bool

  public init(
    key: String? = nil, again: Bool = false, onNotFound: NotFoundPolicy = .fail, marksImage: Bool = true
  ) {
    self.key = key
    self.again = again
    self.onNotFound = onNotFound
    self.marksImage = marksImage
  }
}
