import CloudAccess
import ImageImport

/// Connects to the cloud once, on first use, and shares the connection.
///
/// A script that never touches the cloud must not pay for a login or start the local cloud; the first call that needs
/// one does, and calls that come meanwhile wait for the same attempt. A failed attempt is not kept: the next call tries again.
public actor CloudConnector {
  /// Whose rules requests are held against; known before any connection.
  public nonisolated let dialect: CloudDialect
  private let connect: @Sendable () async throws -> ImportService
  private var attempt: Task<ImportService, any Error>?

  /// Creates a connector that runs `connect` on first use.
  public init(dialect: CloudDialect, connect: @escaping @Sendable () async throws -> ImportService) {
    self.dialect = dialect
    self.connect = connect
  }

  /// The connected service.
  public func service() async throws -> ImportService {
    if let attempt { return try await attempt.value }
    let attempt = Task { try await connect() }
    self.attempt = attempt
    do {
      return try await attempt.value
    } catch {
      self.attempt = nil
      throw error
    }
  }
}
