import Glibc

/// What went wrong with a disk image or with the file that holds it, and what to do about it.
public struct DiskImageError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Kind: String, Sendable, CaseIterable {
    /// The file is not there.
    case notFound
    /// The file may not be read or written.
    case permission
    /// The output exists already, and replacing it was not asked for.
    case exists
    /// The disk that takes the output is full, or a quota or size limit is reached.
    case noSpace
    /// The operating system failed in another way.
    case io
    /// The image ends before it should.
    case truncated
    /// The image contradicts its own format.
    case corrupt
    /// The image is in a format, or uses a feature, that is not handled.
    case unsupported
    /// The caller asked for something that makes no sense.
    case argument
    /// Another process is at work on the same file.
    case busy
    /// A program that is needed is missing, or failed.
    case program
    /// What was written does not read back as what was meant.
    case verification
    /// The caller stopped the work.
    case cancelled
  }

  public var kind: Kind
  /// One sentence that names the thing, what was expected and what was found.
  public var message: String
  /// What to do about it, where there is something to do.
  public var hint: String?

  public init(_ kind: Kind, _ message: String, hint: String? = nil) {
    self.kind = kind
    self.message = message
    self.hint = hint
  }

  public var description: String {
    hint.map { "\(message) (\($0))" } ?? message
  }

  /// The error for a failed system call, at a place in the file where it has one; must be called before anything else
  /// changes `errno`.
  static func system(
    _ action: String, _ path: String, at offset: UInt64? = nil, code: Int32 = errno
  ) -> DiskImageError {
    let reason = String(cString: strerror(code))
    let place = offset.map { " at offset \($0)" } ?? ""
    let message = "cannot \(action) '\(path)'\(place): \(reason)"
    switch code {
    case ENOENT, ENOTDIR:
      return DiskImageError(.notFound, message, hint: "check the path")
    case EACCES, EPERM, EROFS:
      return DiskImageError(.permission, message, hint: "check owner, mode and mount of the file and its directory")
    case ENOSPC:
      return DiskImageError(.noSpace, message, hint: "free some space or write to another disk")
    case EDQUOT:
      return DiskImageError(.noSpace, message, hint: "the quota of this user is used up")
    case EFBIG:
      return DiskImageError(.noSpace, message, hint: "the file system or a limit (ulimit -f) allows no larger file")
    case EEXIST:
      return DiskImageError(.exists, message)
    case EIO:
      return DiskImageError(
        .io, message, hint: "the device or the way to it fails; the kernel's log tells more: dmesg, journalctl -k")
    default:
      return DiskImageError(.io, message)
    }
  }

  static func truncated(_ what: String, at offset: UInt64, expected: Int, found: Int) -> DiskImageError {
    DiskImageError(
      .truncated, "\(what) is cut off: expected \(expected) bytes at offset \(offset), found \(found)",
      hint: "copy or make the image again")
  }
}
