import ImageImport
import ObjectStorage

/// Takes down what a script would do to the world, in place of doing it.
///
/// Permissions are checked before, exactly as in earnest. Whose call it is says ``ScriptCall/current``.
public protocol Rehearsal: Sendable {
  /// A file that would be written: its absolute path and its size.
  func writing(file: String, bytes: UInt64)

  /// A disk image that would be converted; the size is that of the disk, where it is known.
  ///
  /// - Throws: why it is taken to fail.
  func converting(file: String, to target: String, bytes: UInt64?) throws

  /// A request that would change something elsewhere.
  ///
  /// - Returns: the status to answer with.
  func sending(_ request: RehearsedRequest) -> Int

  /// A file that would be sent to a bucket.
  ///
  /// - Throws: what the store says, or that another object is in the way.
  func uploading(_ upload: RehearsedUpload, to store: ObjectStore) async throws -> UploadResult

  /// An import got under way, or was found again.
  func submitted(_ job: JobReference)

  /// The script is about to learn how a job stands.
  func asking(about job: JobReference)
}
