/// What reaches scripts where somebody watches over the order: one thing at a time, and each only when nothing else can go on, so that what
/// follows from one is over before the next comes. Then the order of arrivals is the order of everything.
extension VMState {
  /// Something that has come and that the scripts do not know of yet.
  struct Arriving {
    var arrival: LuaArrival
    var handOn: () -> Void
  }

  /// Hands something to the scripts; where nobody watches at once.
  func arrive(_ arrival: LuaArrival, _ handOn: @escaping () -> Void) {
    guard configuration.arrivals != nil else { return handOn() }
    arriving.append(Arriving(arrival: arrival, handOn: handOn))
    handOnArrivals()
  }

  /// Hands on what has come, as long as nothing else can go on.
  func handOnArrivals() {
    while readyCount == 0, current == nil, !arriving.isEmpty { handOnArrival() }
  }

  /// Hands the next one on although something else can go on: a script may compute until something comes.
  func handOnArrival() {
    guard !arriving.isEmpty else { return }
    let next = arriving.removeFirst()
    configuration.arrivals?.arrived(next.arrival)
    next.handOn()
  }
}
