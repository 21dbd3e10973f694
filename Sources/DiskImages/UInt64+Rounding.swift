extension UInt64 {
  /// The quotient, rounded up.
  func dividedUp(by divisor: UInt64) -> UInt64 {
    self / divisor + (self % divisor == 0 ? 0 : 1)
  }

  /// The next multiple of `unit`, this number if it is one; stays at the largest multiple where none fits above.
  func roundedUp(to unit: UInt64) -> UInt64 {
    let (value, overflow) = dividedUp(by: unit).multipliedReportingOverflow(by: unit)
    return overflow ? self / unit * unit : value
  }

  /// The sum, nil when it does not fit: offsets in headers may be anything.
  func adding(_ other: UInt64) -> UInt64? {
    let (value, overflow) = addingReportingOverflow(other)
    return overflow ? nil : value
  }
}
