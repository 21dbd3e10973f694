/// A host function that a Lua task waits for: the one thing that costs a Swift task.
///
/// Lives on its VM's thread.
final class HostOperation {
  var work: Task<Void, Never>?
}
