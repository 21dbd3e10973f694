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

  /// Whether and how the import is checked against the cloud before it is sent.
  public var preflight: PreflightOptions

  /// Called once it is decided that the import will be sent, and nothing of it was; what it throws ends the import unsent.
  ///
  /// An import that is found again, under way or done, does not come this way. The ``ImportService`` puts its preflight here.
  var beforeSending: (@Sendable (ImportRequest) async throws -> Void)?

  public init(
    key: String? = nil, again: Bool = false, onNotFound: NotFoundPolicy = .fail, marksImage: Bool = true,
    preflight: PreflightOptions = PreflightOptions()
  ) {
    self.key = key
    self.again = again
    self.onNotFound = onNotFound
    self.marksImage = marksImage
    self.preflight = preflight
  }
}
