/// Bytes of which long stretches may be known to be zero without reading them.
protocol ExtentSource: ByteSource {
  /// The name to use in messages.
  var path: String { get }

  /// The next range from `offset` on that may hold other bytes than zeros, nil when only zeros are left.
  func dataExtent(from offset: UInt64) throws -> Range<UInt64>?

  /// Makes reads that wait for somebody else fail, now and from now on.
  func abandon()
}

extension ExtentSource {
  func abandon() {}
}
