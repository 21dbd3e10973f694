// Built by scripts/bench/convert: the converter alone, without the cloud half of Slipway, and the scan for zeros.
//   bench convert IN OUT [THREADS]    prints nothing
//   bench zeros MIB                   GB/s of the scan and of memchr over the same memory
import Glibc

@testable import DiskImages

func best(_ runs: Int, _ bytes: Int, _ body: () -> Bool) -> Double {
  var best = 0.0
  for _ in 0..<runs {
    var begin = timespec()
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &begin)
    guard body() else { return 0 }
    clock_gettime(CLOCK_MONOTONIC, &end)
    let seconds = Double(end.tv_sec - begin.tv_sec) + Double(end.tv_nsec - begin.tv_nsec) / 1e9
    best = max(best, Double(bytes) / seconds / 1e9)
  }
  return best
}

let words = CommandLine.arguments
switch words.dropFirst().first {
case "convert" where words.count >= 4:
  var options = ConvertOptions()
  options.force = true
  options.synchronize = false
  options.threads = words.count > 4 ? Int(words[4]) : nil
  try DiskConverter.convert(from: words[2], to: words[3], options: options)
case "zeros" where words.count == 3:
  let count = (Int(words[2]) ?? 1024) << 20
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 4096)
  memset(memory.baseAddress!, 0, count)
  let scan = best(7, count) { UnsafeRawBufferPointer(memory).isAllZero }
  let ceiling = best(7, count) { memchr(memory.baseAddress!, 1, count) == nil }
  // In pieces that fit the cache, as the converter scans them right after reading.
  let piece = UnsafeRawBufferPointer(rebasing: memory[..<(2 << 20)])
  let cached = best(7, count) { (0..<count / piece.count).allSatisfy { _ in piece.isAllZero } }
  func text(_ value: Double) -> String { String(Double(Int(value * 10)) / 10) }
  print("zero scan of \(count >> 20) MiB: \(text(scan)) GB/s, memchr \(text(ceiling)) GB/s, "
    + "ratio \(Double(Int(scan / ceiling * 100)) / 100); blocks in cache \(text(cached)) GB/s")
default:
  print("usage: bench convert IN OUT [THREADS] | zeros MIB")
  exit(64)
}
