import CloudAccess

/// Something between a session and its network: what records, replays or plans.
typealias TransportLayer = @Sendable (any HTTPTransport) -> any HTTPTransport
