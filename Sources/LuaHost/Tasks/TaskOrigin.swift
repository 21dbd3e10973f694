/// Where a task comes from, for tracebacks: what made it, in which place, and in which task.
final class TaskOrigin: Sendable {
  /// The host function that made it, such as "task.spawn".
  let function: String
  let place: LuaCaller?
  let parent: TaskOrigin?
  private let depth: Int

  /// How many generations are remembered: tasks may spawn each other for ever.
  private static let generations = 8

  init(_ function: String, at place: LuaCaller?, in parent: TaskOrigin?) {
    self.function = function
    self.place = place
    let remembers = (parent?.depth ?? 0) < Self.generations
    self.parent = remembers ? parent : nil
    depth = remembers ? (parent?.depth ?? 0) + 1 : 1
  }

  /// Such as "the task of 'task.spawn' at fleet.lua:5".
  var description: String {
    "the task of '\(function)'" + (place.map { " at \($0.source):\($0.line)" } ?? "")
  }

  /// One line for each generation.
  var lines: String {
    var text = "in \(description)"
    var next = parent
    while let origin = next {
      text += "\nspawned in \(origin.description)"
      next = origin.parent
    }
    return text
  }

  /// Whether one object serves for both: loops make many tasks in one place.
  func isSame(_ function: String, _ place: LuaCaller?, _ parent: TaskOrigin?) -> Bool {
    self.function == function && self.place == place && (self.parent === parent)
  }
}
