import DiskImages

/// libFuzzer's driver, which brings its own loop and options.
@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// One file: looked at under several names, and its disk read where it has one.
@_cdecl("LLVMFuzzerTestOneInput")
public func inspectOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let source = DataByteSource(Array(UnsafeBufferPointer(start: bytes, count: count)))
  for name in [nil, "a.raw", "a.zvhd2"] {
    guard let report = try? DiskInspector.inspect(source, fileName: name) else { fatalError("the inspection threw") }
    precondition(report.fileSize == UInt64(count))
    precondition(report.isImportable || !report.reasons.isEmpty)
    guard let found = try? DiskInspector.inspectWithSystem(source, fileName: name) else {
      fatalError("the search threw")
    }
    precondition((found.operatingSystem == nil) == (found.systemSearch?.reason != nil))
  }
  if let reader = try? ZVHD2Reader(source) {
    for block in reader.storedBlocks.prefix(4) { _ = try? reader.readBlock(Int(block)) }
  }
  if let reader = try? ZVHDReader(source) {
    for _ in 0..<4 where (try? reader.next()) == nil { break }
  }
  return 0
}

@main
enum InspectionFuzzer {
  static func main() {
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    _ = runDriver(&count, &arguments, inspectOne)
  }
}
