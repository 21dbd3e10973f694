import Foundation

/// Sizes for people, in binary units, since the cloud's GB are GiB.
enum ByteText {
  static func short(_ bytes: UInt64) -> String {
    var value = Double(bytes)
    for unit in ["B", "KiB", "MiB", "GiB"] {
      if value < 1024 { return unit == "B" ? "\(bytes) B" : String(format: "%.1f ", value) + unit }
      value /= 1024
    }
    return String(format: "%.1f TiB", value)
  }
}
