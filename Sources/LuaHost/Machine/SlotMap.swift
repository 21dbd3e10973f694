/// The Swift objects that scripts hold. A handle is an index and a generation, so that a stale one is noticed.
///
/// A class with memory of its own, so that a look-up neither copies nor asks for exclusive access: it belongs to one `VMState`.
final class SlotMap {
  private struct Slot {
    var object: (any Sendable & AnyObject)?
    var type: UInt32 = 0
    var generation: UInt32 = 1
    /// How many userdata, or values on their way to one, own the handle.
    var owners = 0
  }

  @exclusivity(unchecked) private var slots: UnsafeMutablePointer<Slot>
  @exclusivity(unchecked) private var used = 0
  private var capacity = 16
  private var free: [UInt32] = []
  private var index = IdentityIndex()

  init() { slots = .allocate(capacity: capacity) }

  deinit {
    slots.deinitialize(count: used)
    slots.deallocate()
    index.deallocate()
  }

  /// How many objects are held.
  var count: Int { used - free.count }

  /// Takes one ownership of the object's handle; the same object keeps the same handle while scripts hold it.
  func retain(_ object: any Sendable & AnyObject, type: UInt32) -> UInt64 {
    let identity = ObjectIdentifier(object)
    if let known = index.find(identity), slots[Int(known)].type == type {
      slots[Int(known)].owners += 1
      return Self.handle(known, slots[Int(known)].generation)
    }
    let position: UInt32
    if let reused = free.popLast() {
      position = reused
    } else {
      if used == capacity { grow() }
      position = UInt32(used)
      (slots + used).initialize(to: Slot())
      used += 1
    }
    slots[Int(position)].object = object
    slots[Int(position)].type = type
    slots[Int(position)].owners = 1
    index.set(identity, position)
    return Self.handle(position, slots[Int(position)].generation)
  }

  private func grow() {
    let larger = UnsafeMutablePointer<Slot>.allocate(capacity: 2 * capacity)
    larger.moveInitialize(from: slots, count: used)
    slots.deallocate()
    slots = larger
    capacity *= 2
  }

  /// The object of a handle, or nil when it is stale.
  func find(_ handle: UInt64) -> (object: any Sendable & AnyObject, type: UInt32)? {
    guard let position = position(of: handle) else { return nil }
    return slots[position].object.map { ($0, slots[position].type) }
  }

  /// The same without taking a reference: valid as long as nothing is released.
  func object(_ handle: UInt64) -> Unmanaged<AnyObject>? {
    guard let position = position(of: handle), let object = slots[position].object else { return nil }
    return Unmanaged.passUnretained(object)
  }

  /// Gives one ownership back; the object comes back with the last one, so that the caller lets it go at a safe moment.
  func release(_ handle: UInt64) -> (any Sendable & AnyObject)? {
    guard let position = position(of: handle) else { return nil }
    slots[position].owners -= 1
    guard slots[position].owners == 0, let object = slots[position].object else { return nil }
    slots[position].object = nil
    slots[position].generation = slots[position].generation &+ 1 == 0 ? 1 : slots[position].generation &+ 1
    index.remove(ObjectIdentifier(object), UInt32(position))
    free.append(UInt32(position))
    return object
  }

  private func position(of handle: UInt64) -> Int? {
    let position = Int(handle & 0xffff_ffff)
    return position < used && slots[position].generation == UInt32(handle >> 32) ? position : nil
  }

  private static func handle(_ position: UInt32, _ generation: UInt32) -> UInt64 {
    UInt64(generation) << 32 | UInt64(position)
  }
}
