extension HostArguments {
  /// Waits by the VM's clock.
  public func sleep(_ duration: Duration) async throws {
    guard let clock = vm?.configuration.clock else { throw CancellationError() }
    try await clock.sleep(until: clock.now + duration)
  }
}
