/// Which calls a fault meets, and which of those it strikes; what is not set does not narrow.
public struct FaultMatch: Sendable, Hashable {
  /// Kinds of calls; empty means every call.
  public var calls: Set<FaultCall>
  /// HTTP method.
  public var method: String?
  /// Path as it stands on the wire, without the query; `*` stands for any text.
  public var path: String?
  /// Name of the image that the import or the job is for; `*` stands for any text.
  public var name: String?
  /// Only this one of the calls met, counted from 1.
  public var nth: Int?
  /// Every so many of the calls met.
  public var every: Int?
  /// By chance, from 0 to 1, drawn from the seed of the plan.
  public var probability: Double?
  /// At most so many calls.
  public var count: Int?
  /// From so much cloud time on, counted from the moment the fault was set.
  public var after: Duration?
  /// Until so much cloud time has passed since the fault was set.
  public var until: Duration?

  public init(
    _ calls: Set<FaultCall> = [], method: String? = nil, path: String? = nil, name: String? = nil, nth: Int? = nil,
    every: Int? = nil, probability: Double? = nil, count: Int? = nil, after: Duration? = nil, until: Duration? = nil
  ) {
    self.calls = calls
    self.method = method
    self.path = path
    self.name = name
    self.nth = nth
    self.every = every
    self.probability = probability
    self.count = count
    self.after = after
    self.until = until
  }

  /// Whether a call is met, leaving aside how many there were; `age` is the time since the fault was set.
  func meets(_ facts: FaultFacts, age: Duration) -> Bool {
    guard calls.isEmpty ? facts.call != .import : calls.contains(facts.call) else { return false }
    if let method, method != facts.method { return false }
    if let path, !Glob.matches(path, facts.path) { return false }
    if let name, !(facts.name.map { Glob.matches(name, $0) } ?? false) { return false }
    if let after, age < after { return false }
    if let until, age >= until { return false }
    return true
  }

  /// Whether the `seen`th call met is struck, after `struck` others; `chance` is a number from 0 to 1.
  func strikes(seen: Int, struck: Int, chance: Double) -> Bool {
    if let count, struck >= count { return false }
    if let nth, seen != nth { return false }
    if let every, seen % every != 0 { return false }
    if let probability, chance >= probability { return false }
    return true
  }
}

/// What a plan looks at to decide about one call.
struct FaultFacts: Sendable, Equatable {
  var call: FaultCall
  var method: String = ""
  var path: String = ""
  var name: String?
}
