import Foundation

/// The three descriptors every process is entitled to.
public enum StandardStreams {
  /// Occupies those that the parent closed, the wrong way round, so that using them fails.
  ///
  /// Otherwise the next file opened, such as a database, would get the number of standard output, and what a script prints would be
  /// written into it. Call it first of all.
  public static func reserve() {
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
    }
  }
}
