import CloudAccess
import DiskImages

/// Decides from what lies in the bucket whether an import succeeds, and with which code it fails.
///
/// Codes follow the meanings of the error table; where the table leaves a choice, the reason tells more than the code.
struct ImportJudge: Sendable {
  /// What stands at the place a request names.
  struct Evidence: Sendable, Equatable {
    enum Object: Sendable, Equatable {
      case missing
      case unreadable(String)
      case read(FileFacts)
    }

    var bucketExists: Bool
    /// `STANDARD` and the like.
    var bucketClass: String
    var objectClass: String
    var object: Object
    /// Whether `NAME.mf` lies beside `NAME.raw`.
    var hasBitmap: Bool
  }

  let dialect: CloudDialect
  let fileSizeLimit: UInt64
  let minDiskMustExceedDisk: Bool
  let smallDiskCode: String?

  private static let gib: UInt64 = 1 << 30
  /// Largest disk in GiB, the upper bound of min_disk.
  private static let largestDisk = 1024

  init(_ configuration: LocalCloudConfiguration) {
    dialect = configuration.dialect
    fileSizeLimit = configuration.fileSizeLimit
    minDiskMustExceedDisk = configuration.minDiskMustExceedDisk
    smallDiskCode = configuration.smallDiskCode
  }

  func judge(_ evidence: Evidence, bucket: String, key: String, isData: Bool, minDisk: Int) -> JobMachine.Verdict {
    do {
      let facts = try file(evidence, bucket, key)
      let size = try disk(facts, "\(bucket):\(key)", isData, minDisk)
      return .good(virtualSize: size, fileSize: facts.fileSize)
    } catch {
      return .bad(error)
    }
  }

  /// Whether the service can read the file and takes its format.
  private func file(_ evidence: Evidence, _ bucket: String, _ key: String) throws(JobMachine.Failure) -> FileFacts {
    let name = "\(bucket):\(key)"
    guard evidence.bucketExists else {
      throw .init(
        code: "IMG.0069", reason: "Bucket \(bucket) cannot be accessed: expected an existing bucket, found none.")
    }
    guard evidence.bucketClass == "STANDARD" else {
      throw .init(
        code: "IMG.0069",
        reason: "Bucket \(bucket) cannot be used: expected storage class STANDARD, found \(evidence.bucketClass).")
    }
    let facts: FileFacts
    switch evidence.object {
    case .missing:
      throw .init(code: "IMG.0121", reason: "Object \(key) does not exist in bucket \(bucket).")
    case .unreadable(let reason):
      throw .init(code: "IMG.0057", reason: "Image file \(name) cannot be read: \(reason).")
    case .read(let found): facts = found
    }
    let needsStandard = dialect == .huawei || evidence.objectClass == "COLD" || evidence.objectClass == "DEEP_ARCHIVE"
    if needsStandard, evidence.objectClass != "STANDARD" {
      throw .init(
        code: "IMG.0057",
        reason: "Image file \(name) cannot be read: expected storage class STANDARD, found \(evidence.objectClass).")
    }
    guard facts.fileSize > 0 else {
      throw .init(code: "IMG.0057", reason: "Image file \(name) is empty: expected an image, found 0 bytes.")
    }
    guard facts.fileSize <= fileSizeLimit else {
      throw .init(
        code: "IMG.0059",
        reason: "Image file \(name) is too large: expected at most \(fileSizeLimit) bytes, found \(facts.fileSize).")
    }
    try format(facts, evidence, name, key)
    return facts
  }

  private func format(
    _ facts: FileFacts, _ evidence: Evidence, _ name: String, _ key: String
  ) throws(JobMachine.Failure) {
    let claimed = Self.extensionOf(key)
    guard facts.format.isQuickImportFormat, claimed == "raw" || claimed == "zvhd2" else {
      let found = facts.format.isQuickImportFormat ? "the extension '\(claimed)'" : facts.format.displayName
      throw .init(
        code: "IMG.0158", reason: "Image file \(name) cannot be imported: expected RAW or ZVHD2, found \(found).")
    }
    guard facts.format.rawValue == claimed else {
      throw .init(
        code: "IMG.0057",
        reason:
          "Image file \(name) is not what its name says: expected \(claimed.uppercased()), found \(facts.format.displayName)."
      )
    }
    if let defect = facts.defect {
      throw .init(code: "IMG.0057", reason: "Image file \(name) is damaged: \(defect).")
    }
    if facts.format == .raw, !evidence.hasBitmap {
      throw .init(
        code: "IMG.0158",
        reason: "RAW image file \(name) has no bitmap file: expected \(Self.bitmapKey(key)) beside it, found none.")
    }
  }

  /// Whether the disk inside fits.
  private func disk(
    _ facts: FileFacts, _ name: String, _ isData: Bool, _ minDisk: Int
  ) throws(JobMachine.Failure) -> UInt64 {
    let size = facts.virtualSize ?? facts.fileSize
    let needed = Int(size / Self.gib) + (size % Self.gib == 0 ? 0 : 1)
    let code = smallDiskCode ?? (isData ? "IMG.0055" : "IMG.0111")
    guard needed <= Self.largestDisk else {
      throw .init(
        code: code,
        reason:
          "The disk in image file \(name) is too large: expected at most \(Self.largestDisk) GB, found \(needed) GB.")
    }
    let least = minDiskMustExceedDisk ? needed + 1 : needed
    guard minDisk >= least else {
      throw .init(
        code: code,
        reason:
          "min_disk is smaller than the disk in image file \(name): expected at least \(least) GB, found \(minDisk) GB."
      )
    }
    return size
  }

  /// Extension in lower case without its dot, empty when there is none.
  static func extensionOf(_ key: String) -> String {
    let name = key.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// The key of the bitmap that belongs to a RAW file.
  static func bitmapKey(_ key: String) -> String {
    guard let dot = key.lastIndex(of: ".") else { return key + ".mf" }
    return key[..<dot] + ".mf"
  }
}
