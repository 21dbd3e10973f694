@testable import DiskImages

extension ConvertOptions {
  /// Options whose outputs are the same in every run.
  static func fixed(_ change: (inout ConvertOptions) -> Void = { _ in }) -> ConvertOptions {
    var options = ConvertOptions()
    (options.timestamp, options.uuid) = (848_764_309, Array(0..<16))
    options.synchronize = false
    change(&options)
    return options
  }
}
