import CloudAccess
import DiskImages
import ObjectStorage

/// Brings a disk file into its bucket as its plan says.
public struct ImageFileUpload: Sendable {
  public let plan: ImageFilePlan
  public let options: UploadOptions
  /// Whether the object goes again when the image is made; never when anything failed.
  public var deletesObject = false
  /// Stands for the content of the file, as far as its size, time and place tell; the same file gives the same.
  public let fingerprint: String
  /// Stands in for the sending, in a dry run; nil sends.
  public var rehearse: (@Sendable (ObjectStore) async throws -> UploadResult)?
  private let source: any UploadSource
  private let bitmap: FileUploadSource?
  /// Kept, since what it gave may have to be opened once more.
  private let opening: @Sendable (String) throws -> String
  private let observe: @Sendable (ImageFileEvent) -> Void

  /// Opens the file; nothing is sent yet. Of `conversion` what ``ZVHD2Conversion`` takes counts.
  ///
  /// `opening` is given each path and says where to read it: what it gives must stay as long as it is held itself.
  /// - Throws: ``ImportError`` for a file that cannot be read.
  public init(
    _ plan: ImageFilePlan, options: UploadOptions, conversion: ConvertOptions = ConvertOptions(),
    observe: @escaping @Sendable (ImageFileEvent) -> Void = { _ in },
    opening: @escaping @Sendable (String) throws -> String = { $0 }
  ) throws {
    self.plan = plan
    self.options = options
    self.observe = observe
    self.opening = opening
    let place = try opening(plan.path)
    var bitmapPlace = ""
    if case .withBitmap(let path) = plan.route { bitmapPlace = try opening(path) }
    do {
      switch plan.route {
      case .converted:
        source = ZVHD2UploadSource(try ZVHD2Conversion(path: place, options: conversion), name: plan.path) {
          observe(.converted($0))
        }
        bitmap = nil
      case .asItIs:
        source = try FileUploadSource(path: place, name: plan.path)
        bitmap = nil
      case .withBitmap(let path):
        source = try FileUploadSource(path: place, name: plan.path)
        bitmap = try FileUploadSource(path: bitmapPlace, name: path)
      }
    } catch let error as DiskImageError {
      throw ImportError(disk: error.naming(plan.path, for: place))
    } catch {
      throw ImportError(wrapping: error)
    }
    fingerprint = [source.fingerprint, bitmap?.fingerprint].compactMap { $0 }.joined(separator: "\n")
  }

  /// Sends what is not there yet, and goes on where an earlier run was stopped.
  ///
  /// - Throws: ``ImportError``, `conflict` for another object under the key; `CancellationError`.
  public func run(in store: ObjectStore) async throws -> UploadResult {
    do {
      if let rehearse {
        if let there = try await alreadyThere(store) { return there }
        return try await rehearse(store)
      }
      if let bitmap {
        // First the small one: a RAW file without its bitmap is what the cloud refuses.
        let key = Self.bitmapKey(plan.location.key)
        _ = try await uploader(store).upload(bitmap, bucket: plan.location.bucket, key: key)
      }
      var result: UploadResult
      if let there = try await alreadyThere(store) {
        result = there
      } else {
        result = try await uploader(store).upload(source, bucket: plan.location.bucket, key: plan.location.key)
      }
      if result.wasThere { result.sentBytes = 0 }
      observe(.uploaded(result))
      return result
    } catch let error as ObjectStorageError {
      throw ImportError(error.cloudError)
    } catch let error as CloudError {
      throw ImportError(error)
    }
  }

  /// Whether nothing lies under the key.
  func isGone(from store: ObjectStore) async -> Bool {
    do {
      _ = try await store.headObject(bucket: plan.location.bucket, key: plan.location.key)
      return false
    } catch {
      return (error as? ObjectStorageError)?.cloudError.status == 404
    }
  }

  /// Deletes the object, and the bitmap that was sent with it.
  func delete(from store: ObjectStore) async {
    do {
      try await store.delete(bucket: plan.location.bucket, key: plan.location.key)
      if bitmap != nil {
        try await store.delete(bucket: plan.location.bucket, key: Self.bitmapKey(plan.location.key))
      }
      observe(.deleted(plan.location))
    } catch {
      // The image is there, and that is what counts.
      let reason = (error as? ObjectStorageError)?.cloudError ?? error as? CloudError
      observe(.notDeleted(plan.location, reason ?? CloudError(kind: .service, message: "\(error)")))
    }
  }

  private func uploader(_ store: ObjectStore) -> Uploader {
    Uploader(store: store, options: options) { [observe] in observe(.upload($0)) }
  }

  /// The object, where an earlier run has made it of the same file.
  private func alreadyThere(_ store: ObjectStore) async throws -> UploadResult? {
    guard let source = source as? ZVHD2UploadSource else { return nil }
    let object: ObjectInfo
    do {
      object = try await store.headObject(bucket: plan.location.bucket, key: plan.location.key)
      guard try await source.isContent(of: object, in: store) else { return nil }
    } catch let error as ObjectStorageError where [403, 404].contains(error.cloudError.status) {
      // What may not be looked at is for the upload to judge.
      return nil
    }
    return .found(object)
  }

  /// The key of a RAW file's bitmap: the same name with the ending `.mf`.
  static func bitmapKey(_ key: String) -> String {
    let name = key.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return key + ".mf" }
    return key.dropLast(name.count) + name[..<dot] + ".mf"
  }
}
