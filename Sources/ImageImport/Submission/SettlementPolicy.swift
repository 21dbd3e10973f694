import CloudAccess

/// How long and how often the image of a lost submission is looked for.
public struct SettlementPolicy: Sendable, Hashable {
  /// The moments of the first looks, from the beginning of the settling.
  public var looks: [Duration]

  /// The pause between later looks.
  public var interval: Duration

  /// How long after the sending an image may take to appear.
  public var settlingTime: Duration

  /// The shortest time after which absence can be proof: a request whose sender died may lie in the gateway that long.
  public var shortestProof: Duration

  /// How many times the measured delay must have passed before absence is proof.
  public var proofFactor: Int

  /// How far the clocks of this machine and the cloud may be apart when an image is matched by its creation time.
  public var clockSlack: Duration

  /// How often a record that somebody else drives is looked at.
  public var attachInterval: Duration

  public init(
    looks: [Duration] = [.zero, .seconds(2), .seconds(5), .seconds(10), .seconds(20), .seconds(40)],
    interval: Duration = .seconds(60), settlingTime: Duration = .seconds(600), shortestProof: Duration = .seconds(60),
    proofFactor: Int = 10, clockSlack: Duration = .seconds(120), attachInterval: Duration = .milliseconds(250)
  ) {
    self.looks = looks
    self.interval = interval
    self.settlingTime = settlingTime
    self.shortestProof = shortestProof
    self.proofFactor = proofFactor
    self.clockSlack = clockSlack
    self.attachInterval = attachInterval
  }

  /// The policy for a cloud whose clock runs faster: every pause divided by the scale.
  ///
  /// Absence is never proof sooner than after two seconds of this machine's time, because its processes and sockets do not run faster.
  public func scaled(by scale: Double) -> SettlementPolicy {
    guard scale > 1 else { return self }
    var copy = self
    copy.looks = looks.map { max($0 == .zero ? .zero : .milliseconds(50), $0 / scale) }
    copy.interval = max(.milliseconds(250), interval / scale)
    copy.settlingTime = max(.seconds(2), settlingTime / scale)
    copy.shortestProof = max(.seconds(2), shortestProof / scale)
    return copy
  }

  /// How long after the sending absence is proof enough to send again, from what was measured; nil without proof.
  public func proof(from visibility: MarkerVisibility) -> Duration? {
    visibility.p99.map { max(shortestProof, $0 * proofFactor) }
  }

  /// When a look comes, counted from the beginning of the settling.
  func moment(ofLook index: Int) -> Duration {
    if index < looks.count { return looks[index] }
    return (looks.last ?? .zero) + interval * (index - looks.count + 1)
  }
}
