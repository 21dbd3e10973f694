import ArgumentParser
import DiskImages

/// How disk images are read and packed, for every command that does so.
struct ConversionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "zstd's level, 1 to 19; \(ConvertOptions.vendorLevel) gives what the vendor's tool writes.", valueName: "level"))
  var level = ConvertOptions.vendorLevel

  @Option(help: ArgumentHelp("Threads that compress; by default one for each processor, 8 at most.", valueName: "n"))
  var threads: Int?

  @Flag(help: "Read the result back and compare it with the source.")
  var verify = false

  @Flag(help: "Read other files that the image names: backing files, extents elsewhere. Only for images you trust.")
  var followReferences = false

  func validate() throws {
    if !ConvertOptions.levels.contains(level) {
      throw ValidationError("--level must be from 1 to 19, got \(level).")
    }
    if let threads, !(1...ConvertOptions.mostThreads).contains(threads) {
      throw ValidationError("--threads must be from 1 to \(ConvertOptions.mostThreads), got \(threads).")
    }
  }

  var options: ConvertOptions {
    var options = ConvertOptions()
    options.level = level
    options.threads = threads
    options.verify = verify
    options.followReferences = followReferences
    return options
  }
}

extension ConvertOptions.RawSize: ExpressibleByArgument {}
