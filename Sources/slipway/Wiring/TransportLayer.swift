import CloudAccess

/// Puts something between a session and the network: gets the transport below, gives the one to use.
typealias TransportLayer = @Sendable (any HTTPTransport) -> any HTTPTransport
