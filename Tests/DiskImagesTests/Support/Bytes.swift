import Foundation

@testable import DiskImages

/// Whether two runs of bytes are the same; the comparison of arrays is slow in debug builds, and its report endless.
func same(_ left: [UInt8]?, _ right: [UInt8]?) -> Bool {
  guard let left, let right else { return left == nil && right == nil }
  return left.count == right.count && memcmp(left, right, left.count) == 0
}

func zeros(_ count: Int) -> [UInt8] {
  [UInt8](repeating: 0, count: count)
}

func isZero(_ bytes: [UInt8]) -> Bool {
  bytes.withUnsafeBytes { $0.isAllZero }
}
