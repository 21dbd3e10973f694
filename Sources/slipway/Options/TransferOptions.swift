import ArgumentParser
import CloudAccess
import LuaHost
import ObjectStorage

/// How bytes go to object storage.
struct TransferOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The most bytes a second, such as 50MB; units count in steps of 1024.", valueName: "rate"))
  var limitRate: String?

  @Option(
    help: ArgumentHelp(
      "The most parts at a time, 1 to 64, together no more than --part-size. Fewer are sent when the store is slow or busy, one with --limit-rate.",
      valueName: "n"))
  var parallel = 4

  @Option(
    help: ArgumentHelp(
      "The size of the first part, and so the most that a kill wastes; those behind have a --parallel'th of it, at least 5 MB. By default 20 MB, or more where 10000 parts or --parallel want it.",
      valueName: "size"))
  var partSize: String?

  @Flag(help: "Replace an object that is there already with other content.")
  var overwrite = false

  @Option(
    help: ArgumentHelp("The object's class, such as STANDARD or WARM; the bucket's by default.", valueName: "class"))
  var storageClass: String?

  @Option(
    help: ArgumentHelp(
      "How requests are signed: obs, aws-v2 or aws-v4. The cloud's entry decides by default, else obs.",
      valueName: "kind"))
  var signature: ObjectStorageSignature?

  func validate() throws {
    _ = try options(recordDirectory: nil)
  }

  /// - Throws: `ValidationError`, which ends with status 64.
  func options(recordDirectory: String?) throws -> UploadOptions {
    var options = UploadOptions()
    guard (1...64).contains(parallel) else {
      throw ValidationError("--parallel must be from 1 to 64, got \(parallel).")
    }
    options.parallel = parallel
    if let limitRate {
      let text = limitRate.hasSuffix("/s") ? String(limitRate.dropLast(2)) : limitRate
      guard let rate = LuaSize.parse(text), rate >= 1024 else {
        throw ValidationError("--limit-rate must be at least 1KB, such as 50MB, got '\(limitRate)'.")
      }
      options.rateLimit = rate
    }
    if let partSize {
      guard let size = LuaSize.parse(partSize), (PartPlan.leastSize...PartPlan.greatestSize).contains(size) else {
        throw ValidationError("--part-size must be from 5MB to 5GB, got '\(partSize)'.")
      }
      options.partSize = size
    }
    options.existing = overwrite ? .replace : .refuse
    options.storageClass = storageClass.map { StorageClass(rawValue: $0) }
    options.recordDirectory = recordDirectory
    return options
  }
}

extension ObjectStorageSignature: ExpressibleByArgument {}
