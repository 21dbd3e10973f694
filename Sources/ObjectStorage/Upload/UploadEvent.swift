/// Something that happens on the way of an upload.
public enum UploadEvent: Sendable {
  /// Why an upload begins anew although one was recorded.
  public enum Restart: String, Sendable, Hashable {
    /// The source is not what it was.
    case source_changed
    /// The store knows the upload no more.
    case upload_gone
    /// The record cannot be used: other parts were asked for, or it is damaged.
    case record_unusable
  }

  /// The upload begins, with that many bytes to be sent where they are known.
  case started(size: UInt64?)
  /// It goes on where an earlier run was stopped, which had stored so much.
  case resumed(parts: Int, bytes: UInt64)
  case restarted(Restart)
  case progress(UploadProgress)
  /// A part failed and is sent again; the store gets fewer at a time.
  case troubled(part: Int, error: ObjectStorageError, parallel: Int)
  /// All parts are stored; the store puts them together.
  case completing(parts: Int)
}
