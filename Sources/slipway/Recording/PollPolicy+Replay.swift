import ImageImport

extension PollPolicy {
  /// The policy that asks without a pause, for a replay: there an answer comes at its recorded moment, however early it is asked for, and so
  /// no question comes after that.
  var eager: PollPolicy {
    var copy = self
    for path in [\PollPolicy.first, \.minimum, \.maximum, \.degradedMaximum, \.guess, \.listMinimum, \.listMaximum] {
      copy[keyPath: path] = .microseconds(10)
    }
    return copy
  }
}
