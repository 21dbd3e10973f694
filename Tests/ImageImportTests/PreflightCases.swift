import CloudAccess
import DiskImages
import Foundation
import ObjectStorage

@testable import ImageImport

/// What each check of preflight must find and let pass.
enum PreflightCases {
  static let all = project + bucket + object + bitmap + content

  private static let cold = "ongoing-request=\"false\", expiry-date=\"Wed, 01 Dec 2027 00:00:00 GMT\""

  private static let project: [PreflightCase] = [
    PreflightCase("project", 59, "the credentials are refused", .error, code: "IMG.0030") {
      $0.quota = .failed(.refusal(401, .authentication))
    },
    PreflightCase("project", 59, "the token is of another project", .error, code: "IMG.0067") {
      $0.quota = .failed(.refusal(400, .validation, code: "IMG.0067"))
    },
    PreflightCase("project", 59, "its name is that of another region", .warning) { $0.projectName = "eu-nl_team" },
    PreflightCase("project", 59, "its name is no region's", nil) { $0.projectName = "my-great-project" },
    PreflightCase("project", 59, "it is the region's own", nil) { $0.projectName = "eu-de" },
    PreflightCase("project", 58, "its id is no id", .warning) { $0.projectID = "eu-de" },
    PreflightCase("quota", 62, "nothing is left", .error, code: "IMG.0015") {
      $0.quota = ImageQuota(json: PreflightFacts.quota(used: 50, of: 50)).map { .known($0) } ?? .notAsked
    },
    PreflightCase("quota", 62, "nothing is left, but imports of this run may give something back", .warning) {
      $0.quota = ImageQuota(json: PreflightFacts.quota(used: 50, of: 50)).map { .known($0) } ?? .notAsked
      $0.ownImports = 1
    },
    PreflightCase("quota", 62, "one is left", nil) {
      $0.quota = ImageQuota(json: PreflightFacts.quota(used: 49, of: 50)).map { .known($0) } ?? .notAsked
    },
    PreflightCase("running_jobs", 63, "forty are being made", .warning) {
      $0.set(images: (1...40).map { ("other\($0)", $0 % 2 == 0 ? "queued" : "saving") })
    },
    PreflightCase("running_jobs", 63, "thirty-nine are being made", nil) {
      $0.set(images: (1...39).map { ("other\($0)", "saving") } + [("done", "active")])
    },
    PreflightCase("running_jobs", 63, "some of the forty are our own", nil) {
      $0.set(images: (1...40).map { ("other\($0)", "saving") })
      $0.ownImports = 1
    },
    PreflightCase("name", 5, "an image has it", .warning, code: "IMG.0009") {
      $0.set(images: [("web01", "active"), ("web02", "active")])
    },
    PreflightCase("name", 5, "an image under import has it", .warning) { $0.set(images: [("web01", "saving")]) },
    PreflightCase("name", 5, "only failed images have it", nil) {
      $0.set(images: [("web01", "killed"), ("web01", "deleted"), ("WEB01", "active")])
    },
  ]

  private static let bucket: [PreflightCase] = [
    PreflightCase("bucket", 61, "there is none", .error, code: "IMG.0069") {
      $0.bucket = .failed(.missing)
      $0.object = .failed(.missing)
      $0.header = .failed(PreflightFailure(PreflightFailure.missing.error, cause: .object))
    },
    PreflightCase("bucket", 61, "it may not be looked at", .warning) { $0.bucket = .failed(.forbidden) },
    PreflightCase("bucket_region", 60, "it lies elsewhere", .error, code: "IMG.0058") {
      $0.set { (bucket: inout BucketInfo) in bucket.region = "eu-nl" }
    },
    PreflightCase("bucket_region", 60, "object storage names another endpoint", .error, code: "IMG.0058") {
      var failure = PreflightFailure.refusal(301, .validation)
      failure.rightEndpoint = "obs.eu-nl.otc.t-systems.com"
      $0.bucket = .failed(failure)
      $0.object = .failed(failure)
      failure.cause = .object
      $0.header = .failed(failure)
    },
    PreflightCase("bucket_region", 60, "the service does not say where it lies", .warning) {
      $0.set { (bucket: inout BucketInfo) in bucket.region = nil }
    },
    PreflightCase("bucket_region", 60, "it is written in capitals", nil) {
      $0.set { (bucket: inout BucketInfo) in bucket.region = "EU-DE" }
    },
    PreflightCase("bucket_class", 69, "it is warm", .error, code: "IMG.0057") {
      $0.set { (bucket: inout BucketInfo) in bucket.storageClass = .warm }
    },
    PreflightCase("bucket_class", 69, "it is a file system", .warning) {
      $0.set { (bucket: inout BucketInfo) in bucket.isFileSystem = true }
    },
  ]

  private static let object: [PreflightCase] = [
    PreflightCase("object", 65, "there is none", .error, code: "IMG.0121") {
      $0.object = .failed(.missing)
      $0.header = .failed(PreflightFailure(PreflightFailure.missing.error, cause: .object))
    },
    PreflightCase("object", 65, "it may not be looked at", .warning) {
      $0.object = .failed(.forbidden)
      $0.header = .failed(PreflightFailure(PreflightFailure.forbidden.error, cause: .object))
    },
    PreflightCase("object", 65, "it is empty", .error, code: "IMG.0057") {
      $0.set { (object: inout ObjectInfo) in object.size = 0 }
      $0.header = .known(DiskInspection(format: .zvhd2, fileSize: 0))
    },
    PreflightCase("object_size", 66, "it has more than 2^40 bytes", .error, code: "IMG.0059") {
      $0.set { (object: inout ObjectInfo) in object.size = (1 << 40) + 1 }
    },
    PreflightCase("object_size", 66, "it has 2^40 bytes", .warning) {
      $0.set { (object: inout ObjectInfo) in object.size = 1 << 40 }
    },
    PreflightCase("object_size", 66, "it has 10^12 bytes", nil) {
      $0.set { (object: inout ObjectInfo) in object.size = 1_000_000_000_000 }
    },
    PreflightCase("object_size", 74, "half a sector is missing", .warning) {
      $0.set { (object: inout ObjectInfo) in object.size = (1 << 30) - 256 }
    }.raw,
    PreflightCase("object_class", 70, "it is warm", otc: .warning, huawei: .error) {
      $0.set { (object: inout ObjectInfo) in object.storageClass = .warm }
    },
    PreflightCase("object_class", 70, "it is of a class nobody knows", otc: .warning, huawei: .error) {
      $0.set { (object: inout ObjectInfo) in object.storageClass = StorageClass(rawValue: "INTELLIGENT_TIERING") }
    },
    PreflightCase("object_class", 70, "it is cold", .error) {
      $0.set { (object: inout ObjectInfo) in object.storageClass = .cold }
      $0.header = .failed(PreflightFailure(CloudError(kind: .conflict, message: "cold"), cause: .object))
    },
    PreflightCase("object_class", 70, "it is archived deeply", .error) {
      $0.set { (object: inout ObjectInfo) in object.storageClass = .deepArchive }
    },
    PreflightCase("object_class", 70, "it is being restored", .error) {
      $0.set { (object: inout ObjectInfo) in
        object.storageClass = .cold
        object.restore = "ongoing-request=\"true\""
      }
    },
    PreflightCase("object_class", 70, "it was restored", otc: .warning, huawei: .error) {
      $0.set { (object: inout ObjectInfo) in
        object.storageClass = .cold
        object.restore = cold
      }
    },
    PreflightCase("encryption", 71, "with a key of the customer", .warning, code: "IMG.0057") {
      $0.set { (object: inout ObjectInfo) in
        object.usesCustomerKey = true
        object.encryption = "AES256"
      }
    },
    PreflightCase("encryption", 71, "with a key of the service", nil) {
      $0.set { (object: inout ObjectInfo) in object.encryption = "kms" }
    },
    PreflightCase("encryption", 72, "in a partition of the disk", .warning) {
      $0.set { (inspection: inout DiskInspection) in
        inspection.partitions = [
          DiskPartition(number: 1, offset: 1 << 20, length: 1 << 20, type: "0x83", fileSystem: "luks")
        ]
      }
    },
  ]

  private static let bitmap: [PreflightCase] = [
    PreflightCase("bitmap_file", 21, "there is none", .error, code: "IMG.0158") { $0.bitmap = .failed(.missing) }.raw,
    PreflightCase("bitmap_file", 21, "it may not be looked at", .warning) { $0.bitmap = .failed(.forbidden) }.raw,
    PreflightCase("bitmap_file", 75, "it is empty", .warning) {
      $0.set { (bitmap: inout PreflightFacts.Bitmap) in bitmap.info.size = 0 }
    }.raw,
    PreflightCase("bitmap_file", 21, "it is an OVF manifest", .error, code: "IMG.0158") {
      $0.set { (bitmap: inout PreflightFacts.Bitmap) in bitmap.start = Array("SHA256(web01.raw)= 00".utf8) }
    }.raw,
    PreflightCase("bitmap_file", 21, "it is older than the file", .warning) {
      $0.set { (bitmap: inout PreflightFacts.Bitmap) in bitmap.info.lastModified = PreflightFacts.changed - 1 }
    }.raw,
    PreflightCase("bitmap_file", 21, "it is as old as the file", nil) {
      $0.set { (bitmap: inout PreflightFacts.Bitmap) in bitmap.info.lastModified = PreflightFacts.changed }
    }.raw,
    PreflightCase("bitmap_file", 21, "there is none, and no file either", nil) {
      $0.bitmap = .failed(.missing)
      $0.object = .failed(.missing)
      $0.header = .failed(PreflightFailure(PreflightFailure.missing.error, cause: .object))
    }.raw,
    PreflightCase("bitmap_file", 21, "a ZVHD2 needs none", nil) { $0.bitmap = .failed(.missing) },
  ]

  private static let content: [PreflightCase] = [
    PreflightCase("content", 73, "it is QCOW2", .error, code: "IMG.0158") {
      $0.header = .known(DiskInspection(format: .qcow2, fileSize: 1 << 20, virtualSize: 1 << 30))
    },
    PreflightCase("content", 73, "it is cut off", .warning) {
      $0.set { (inspection: inout DiskInspection) in
        inspection.findings = [DiskFinding(.warning, "there is no footer"), DiskFinding(.hint, "it boots by uefi")]
      }
    },
    PreflightCase("content", 73, "its header is of no use", .error, code: "IMG.0057") {
      $0.set { (inspection: inout DiskInspection) in inspection.findings = [DiskFinding(.error, "the disk has no size")]
      }
    },
    PreflightCase("content", 73, "a hint is no finding", nil) {
      $0.set { (inspection: inout DiskInspection) in inspection.findings = [DiskFinding(.hint, "it boots by uefi")] }
    },
    PreflightCase("disk_size", 67, "more than 1024 GiB", .error, code: "IMG.0111") {
      $0.set { (inspection: inout DiskInspection) in inspection.virtualSize = (1024 << 30) + 512 }
    },
    PreflightCase("min_disk", 27, "a sector too small", .error, code: "IMG.0111") {
      $0.set { (inspection: inout DiskInspection) in inspection.virtualSize = (40 << 30) + 512 }
    },
    PreflightCase("min_disk", 28, "the header does not tell the size", .warning) {
      $0.set { (inspection: inout DiskInspection) in inspection.virtualSize = nil }
    },
  ]
}
