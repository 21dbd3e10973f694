/// Sizes for messages: exact bytes, with the round unit where it helps.
enum SizeText {
  static func bytes(_ count: UInt64) -> String {
    let units: [(String, UInt64)] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
    for (name, unit) in units where count >= unit {
      let tenth = count % unit * 10 / unit
      let text = count % unit == 0 ? "\(count / unit)" : "\(count / unit).\(tenth)"
      return "\(text) \(name), \(count) bytes"
    }
    return "\(count) bytes"
  }
}
