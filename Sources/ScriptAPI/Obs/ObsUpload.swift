import ImageImport
import LuaHost
import ObjectStorage

/// An upload on behalf of a script, which may watch it.
enum ObsUpload {
  /// Uploads, and calls the script's function with the progress, one call at a time: what comes while it runs is left out
  /// but for the latest.
  ///
  /// Throws what the upload throws, or what the function raised, which ends the upload.
  static func run(
    _ source: any UploadSource, to place: ImageLocation, store: ObjectStore, options: UploadOptions,
    onProgress: LuaFunction?
  ) async throws -> UploadResult {
    guard let onProgress else {
      return try await Uploader(store: store, options: options).upload(source, bucket: place.bucket, key: place.key)
    }
    let (progress, feed) = AsyncStream.makeStream(of: UploadProgress.self, bufferingPolicy: .bufferingNewest(1))
    let uploader = Uploader(store: store, options: options) { event in
      if case .progress(let progress) = event { feed.yield(progress) }
    }
    return try await withThrowingTaskGroup(of: UploadResult?.self) { group in
      group.addTask {
        defer { feed.finish() }
        return try await uploader.upload(source, bucket: place.bucket, key: place.key)
      }
      group.addTask {
        for await step in progress { _ = try await onProgress.call([LuaJSON.value(step.json)]) }
        return nil
      }
      var result: UploadResult?
      while let finished = try await group.next() { result = finished ?? result }
      guard let result else { throw CancellationError() }
      return result
    }
  }
}
