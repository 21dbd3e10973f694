import Synchronization

/// What values hold of their VM: a way to find it while it lives, and the list of references to let go.
final class VMHandle: Sendable {
  private struct Contents {
    weak var vm: LuaVM?
    var released: [Int64] = []
  }

  private let contents = Mutex(Contents())

  var vm: LuaVM? { contents.withLock { $0.vm } }

  func attach(_ vm: LuaVM) { contents.withLock { $0.vm = vm } }

  func release(_ reference: Int64) { contents.withLock { $0.released.append(reference) } }

  /// Takes the references released since the last call.
  func takeReleased() -> [Int64] {
    contents.withLock { contents in
      if contents.released.isEmpty { return [] }
      defer { contents.released.removeAll(keepingCapacity: true) }
      return contents.released
    }
  }
}
