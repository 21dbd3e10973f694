import CloudAccess
import Foundation
import ObjectStorage

/// What stands on the left of the pipe, as a source of bytes.
enum StandardInput {
  static let name = "standard input"

  /// Why nothing can be read.
  static var fault: String? {
    // What was closed when the program began is open for writing alone, so that no other file gets its number.
    let mode = fcntl(STDIN_FILENO, F_GETFL)
    if mode < 0 || mode & O_ACCMODE == O_WRONLY { return "Standard input is closed." }
    guard isatty(STDIN_FILENO) != 0 else { return nil }
    return "Standard input is a terminal: put a program in front, as in zstd -dc FILE | slipway upload - …"
  }

  /// A file that standard input was redirected from is read as any other file, so that its upload can be gone on with; all
  /// else is read as it comes. Throws a ``CloudError`` for a file that has not `size` bytes.
  static func source(size: UInt64?) throws -> any UploadSource {
    guard let file = redirected() else {
      return PipeUploadSource(descriptor: STDIN_FILENO, name: name, size: size)
    }
    guard let size, file.size != size else { return file }
    throw CloudError(kind: .conflict, message: "\(name) has \(file.size ?? 0) bytes, --size says \(size).")
  }

  /// The file or device whose first byte standard input would give next; nil where it is something else.
  private static func redirected() -> FileUploadSource? {
    var facts = stat()
    guard fstat(STDIN_FILENO, &facts) == 0, [S_IFREG, S_IFBLK].contains(facts.st_mode & S_IFMT),
      lseek(STDIN_FILENO, 0, SEEK_CUR) == 0
    else { return nil }
    return try? FileUploadSource(path: "/dev/stdin", name: name)
  }
}
