import Foundation

/// What the system said about a file, in its own short words.
package enum SystemErrorText {
  /// `No such file or directory` instead of Foundation's two sentences, of which the second may blame the wrong thing.
  package static func text(_ error: any Error) -> String {
    if let error = error as? POSIXError { return words(error.code.rawValue) }
    let failure = error as NSError
    if let inner = failure.userInfo[NSUnderlyingErrorKey] as? any Error { return text(inner) }
    if failure.domain == NSPOSIXErrorDomain { return words(Int32(truncatingIfNeeded: failure.code)) }
    return (error as? CocoaError).flatMap { code($0.code) }.map(words) ?? failure.localizedDescription
  }

  private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }

  private static func code(_ code: CocoaError.Code) -> Int32? {
    switch code {
    case .fileNoSuchFile, .fileReadNoSuchFile: ENOENT
    case .fileReadNoPermission, .fileWriteNoPermission: EACCES
    case .fileWriteFileExists: EEXIST
    case .fileWriteOutOfSpace: ENOSPC
    case .fileWriteVolumeReadOnly: EROFS
    default: nil
    }
  }
}
