import CloudAccess

extension LocalCloud {
  /// Sets a fault from now on.
  ///
  /// - Returns: its number, for ``removeFault(_:)``.
  @discardableResult
  public func add(_ fault: Fault) -> Int {
    core.withPlan { plan, now in plan.add(fault, at: now) }
  }

  /// Takes a fault back; returns whether it was there.
  @discardableResult
  public func removeFault(_ id: Int) -> Bool {
    core.withPlan { plan, _ in plan.remove(id) }
  }

  /// Takes all faults back.
  public func removeFaults() {
    core.withPlan { plan, _ in plan.removeAll() }
  }

  /// The faults that are set, with what they did so far.
  public var faults: [FaultPlan.Entry] { core.withPlan { plan, _ in plan.entries } }

  /// How many calls of each kind came, struck by faults or not.
  public var callCounts: [FaultCall: Int] { core.callCounts }

  /// Jobs and images, whether lists show them or not, as `/_control/state` gives them.
  public var inventory: JSONValue { core.report }

  /// Whether a bucket may have this name.
  public static func isBucketName(_ name: String) -> Bool { BucketTree.isBucketName(name) }

  /// Lets cloud time jump ahead; jobs move on as if the time had passed.
  public func advance(by duration: Duration) {
    core.advanceClock(by: duration)
  }

  /// Sets a switch by its name while the cloud runs.
  ///
  /// - Throws: `FaultError` naming the switch, what was expected and what came.
  public func set(_ name: String, _ value: JSONValue) throws(FaultError) {
    try core.configure { (configuration) throws(FaultError) in try configuration.set(name, value) }
  }
}
