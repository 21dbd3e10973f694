import DiskImages
import ObjectStorage

/// What a look into an image file in object storage told, and what the look cost.
public struct ObjectInspection: Sendable, Hashable {
  /// What the service says about the object.
  public var object: ObjectInfo
  /// What its bytes say.
  public var inspection: DiskInspection
  /// How many ranges were read.
  public var reads: Int
  /// How many bytes were read in them.
  public var bytesRead: UInt64
}

extension ObjectStore {
  /// Looks at the headers of an image file by reading a few ranges of it: kilobytes, whatever its size.
  ///
  /// All ranges are of one version of the object: when it is replaced meanwhile, the error's code is `PreconditionFailed`.
  /// Damage in the file becomes a finding.
  ///
  /// With `lookingForSystem` it also looks for the operating system on the disk, which takes up to some megabytes more.
  ///
  /// - Throws: ``ObjectStorageError`` for what the service refuses, and `DiskImageError` when it gives fewer bytes than
  ///   the object has.
  public func inspect(
    bucket: String, key: String, lookingForSystem: Bool = false
  ) async throws -> ObjectInspection {
    try await inspect(headObject(bucket: bucket, key: key), lookingForSystem: lookingForSystem)
  }

  /// The same for an object whose facts are at hand, which saves a request.
  public func inspect(_ object: ObjectInfo, lookingForSystem: Bool = false) async throws -> ObjectInspection {
    var reads = 0
    var bytesRead: UInt64 = 0
    let name = String(object.key.split(separator: "/").last ?? "")
    let fetch = { (range: Range<UInt64>) async throws -> [UInt8] in
      let bytes = try await self.read(
        bucket: object.bucket, key: object.key, offset: range.lowerBound,
        count: Int(range.upperBound - range.lowerBound), etag: object.etag)
      reads += 1
      bytesRead += UInt64(bytes.count)
      return bytes
    }
    var inspection =
      lookingForSystem
      ? try await DiskInspector.inspectWithSystem(size: object.size, fileName: name, fetch: fetch)
      : try await DiskInspector.inspect(size: object.size, fileName: name, fetch: fetch)
    if let advice = inspection.advice {
      let local = "download it, then " + advice
      for index in inspection.findings.indices where inspection.findings[index].hint == advice {
        inspection.findings[index].hint = local
      }
      inspection.advice = local
    }
    return ObjectInspection(object: object, inspection: inspection, reads: reads, bytesRead: bytesRead)
  }
}
