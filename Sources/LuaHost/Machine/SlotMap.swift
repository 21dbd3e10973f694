/// The Swift objects that scripts hold. A handle is an index and a generation, so that a stale one is noticed.
struct SlotMap {
  struct Slot {
    var object: (any Sendable & AnyObject)?
    var type: UInt32 = 0
    var generation: UInt32 = 1
    /// How many userdata, or values on their way to one, own the handle.
    var owners = 0
  }

  private var slots: [Slot] = []
  private var free: [UInt32] = []
  private var index: [ObjectIdentifier: UInt32] = [:]

  /// How many objects are held.
  var count: Int { slots.count - free.count }

  /// Takes one ownership of the object's handle; the same object keeps the same handle while scripts hold it.
  mutating func retain(_ object: any Sendable & AnyObject, type: UInt32) -> UInt64 {
    let identity = ObjectIdentifier(object)
    if let known = index[identity], slots[Int(known)].type == type {
      slots[Int(known)].owners += 1
      return Self.handle(known, slots[Int(known)].generation)
    }
    let position: UInt32
    if let reused = free.popLast() {
      position = reused
    } else {
      position = UInt32(slots.count)
      slots.append(Slot())
    }
    slots[Int(position)].object = object
    slots[Int(position)].type = type
    slots[Int(position)].owners = 1
    index[identity] = position
    return Self.handle(position, slots[Int(position)].generation)
  }

  /// The object of a handle, or nil when it is stale.
  func find(_ handle: UInt64) -> (object: any Sendable & AnyObject, type: UInt32)? {
    let position = Int(handle & 0xffff_ffff)
    guard position < slots.count, slots[position].generation == UInt32(handle >> 32) else { return nil }
    return slots[position].object.map { ($0, slots[position].type) }
  }

  /// Gives one ownership back; the object comes back with the last one, so that the caller lets it go at a safe moment.
  mutating func release(_ handle: UInt64) -> (any Sendable & AnyObject)? {
    let position = Int(handle & 0xffff_ffff)
    guard position < slots.count, slots[position].generation == UInt32(handle >> 32) else { return nil }
    slots[position].owners -= 1
    guard slots[position].owners == 0, let object = slots[position].object else { return nil }
    slots[position].object = nil
    slots[position].generation = slots[position].generation &+ 1 == 0 ? 1 : slots[position].generation &+ 1
    if index[ObjectIdentifier(object)] == UInt32(position) { index[ObjectIdentifier(object)] = nil }
    free.append(UInt32(position))
    return object
  }

  private static func handle(_ position: UInt32, _ generation: UInt32) -> UInt64 {
    UInt64(generation) << 32 | UInt64(position)
  }
}
