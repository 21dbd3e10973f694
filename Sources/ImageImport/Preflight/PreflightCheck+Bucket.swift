import CloudAccess
import ObjectStorage

/// What is checked about the bucket: rules 60, 61 and 69.
extension PreflightCheck {
  static let bucketChecks = [bucket, bucketRegion, bucketClass]

  private static let bucket = PreflightCheck(
    "bucket", "the bucket exists", rules: [61], asks: .bucket
  ) { probe in
    guard let failure = probe.facts.bucket.failure, failure.isMissing, let location = probe.location else { return }
    probe.report(
      61, "There is no bucket \(Quoted.text(location.bucket)).",
      hint: "Check the bucket's name; make the bucket, or use another, in the region \(probe.facts.region).")
    // Where there is no bucket, there is no object either.
    probe.explain(.bucket)
    if probe.facts.object.failure?.isMissing == true { probe.explain(.object) }
    if probe.facts.bitmap.failure?.isMissing == true { probe.explain(.bitmap) }
  }

  private static let bucketRegion = PreflightCheck(
    "bucket_region", "the bucket lies in the region of the image service", rules: [60], asks: .bucket
  ) { probe in
    guard let location = probe.location else { return }
    let bucket = Quoted.text(location.bucket)
    let region = probe.facts.region
    if let failure = probe.facts.bucket.failure, let place = Self.place(failure) {
      probe.report(
        60, "The bucket \(bucket) lies in another region than \(region): object storage names \(place).",
        hint: "Use a bucket in the region \(region), or import in the bucket's region.")
      probe.explain(.bucket)
      if probe.facts.object.failure.flatMap(Self.place) != nil { probe.explain(.object) }
      if probe.facts.bitmap.failure.flatMap(Self.place) != nil { probe.explain(.bitmap) }
      return
    }
    guard case .known(let info) = probe.facts.bucket else { return }
    if region.isEmpty { return }
    guard let found = info.region else {
      probe.report(
        60, "Not checked: bucket_region: object storage does not say in which region the bucket \(bucket) lies.",
        severity: .warning, hint: "Make sure that it is \(region). To do without: --skip-preflight bucket_region.")
      return
    }
    guard !found.equalsIgnoringCase(region) else { return }
    probe.report(
      60, "The bucket \(bucket) lies in the region \(Quoted.text(found)), but the image service in \(region).",
      hint: "Use a bucket in the region \(region), or import in the region \(Quoted.plain(found)).")
  }

  /// Where the service says that the bucket lives; nil where it does not say that it lives elsewhere.
  private static func place(_ failure: PreflightFailure) -> String? {
    failure.rightEndpoint.map { "the endpoint \(Quoted.text($0))" }
      ?? failure.rightRegion.map { "the region \(Quoted.text($0))" }
  }

  private static let bucketClass = PreflightCheck(
    "bucket_class", "the bucket is of class Standard and no parallel file system", rules: [69], asks: .bucket
  ) { probe in
    guard case .known(let info) = probe.facts.bucket, let location = probe.location else { return }
    let bucket = Quoted.text(location.bucket)
    if info.storageClass != .standard {
      probe.report(
        69, "The bucket \(bucket) must be of class STANDARD, but is \(Quoted.plain(info.storageClass.rawValue)).")
    }
    if info.isFileSystem {
      probe.report(
        69, "The bucket \(bucket) is a parallel file system; no document says that the image service reads from one.",
        severity: .warning, code: nil, hint: "Prefer an object bucket.")
    }
  }
}
