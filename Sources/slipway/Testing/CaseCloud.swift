import CloudAccess
import CloudSimulator
import DiskImages
import Foundation
import Logging
import ScriptAPI

/// The local cloud of one test case: a directory of its own, the case's clock, and the script's hand on it.
final class CaseCloud: TestCloud {
  let cloud: LocalCloud
  private let buckets: URL
  private let examples: ExampleImages

  /// Opens a cloud in its configuration's directory, which belongs to the caller.
  ///
  /// `images` makes the image files, for all cases together.
  ///
  /// - Throws: `LocalCloudError` when the directory cannot be used.
  init(
    _ configuration: LocalCloudConfiguration, time: any TimeSource, logger: Logger, images: ExampleImages
  ) throws {
    cloud = try LocalCloud(configuration: configuration, time: time, logger: logger)
    buckets = URL(filePath: configuration.dataDirectory).appending(path: "buckets")
    examples = images
  }

  var requests: [(call: String, count: Int)] {
    let counts = cloud.callCounts
    return FaultCall.allCases.filter { $0 != .import }.map { ($0.rawValue, counts[$0] ?? 0) }
  }

  func removeFaults() { cloud.removeFaults() }

  func advance(by duration: Duration) { cloud.advance(by: duration) }

  func set(_ name: String, _ value: JSONValue) throws {
    do throws(FaultError) {
      try cloud.set(name, value)
    } catch {
      throw ScriptFailure("cloud:set: \(error.message)")
    }
  }

  func add(faults: JSONValue) throws {
    do throws(FaultError) {
      // All of them, or none.
      let read = try Self.read(faults)
      for fault in read { cloud.add(fault) }
    } catch {
      throw ScriptFailure("cloud:fault: \(error.place == "body:1" ? error.message : error.description)")
    }
  }

  private static func read(_ json: JSONValue) throws(FaultError) -> [Fault] {
    switch json {
    case .string(let text): return [try Fault(text)]
    case .array(let items):
      var faults: [Fault] = []
      for item in items { faults += try read(item) }
      return faults
    default: return try FaultFile(json: json).faults
    }
  }

  func put(_ content: TestObject, bucket: String, key: String) throws {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    guard LocalCloud.isBucketName(bucket) else {
      throw ScriptFailure(
        "cloud:put_object: '\(bucket.prefix(70))' cannot be a bucket",
        hint: "3 to 63 of a-z, 0-9, - and ., beginning and ending with a letter or digit")
    }
    guard key.utf8.count <= 1024, !key.utf8.contains(0),
      parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 })
    else {
      throw ScriptFailure(
        "cloud:put_object: '\(key.prefix(70))' cannot be a key",
        hint: "it becomes a file's path: no empty part, . or ..")
    }
    let target = buckets.appending(path: bucket).appending(path: key)
    do {
      try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      // What lies there may be a link to a file that other cases use.
      try? FileManager.default.removeItem(at: target)
      switch content {
      case .bytes(let bytes): try Data(bytes).write(to: target)
      case .file(let path): try copy(URL(filePath: path), to: target)
      case .image(let format, let size):
        let file = try examples.file(format: format, size: size)
        // A link, since a copy of a sparse file need not be sparse; nobody writes into it.
        try FileManager.default.linkItem(at: file, to: target)
      }
    } catch let error as ScriptFailure {
      throw error
    } catch {
      throw ScriptFailure("cloud:put_object: '\(bucket):\(key)' cannot be written: \(SystemErrorText.text(error))")
    }
  }

  private func copy(_ source: URL, to target: URL) throws {
    guard FileManager.default.isReadableFile(atPath: source.path) else {
      throw ScriptFailure(kind: "not_found", "cloud:put_object: there is no file '\(source.path)' that can be read")
    }
    try FileManager.default.copyItem(at: source, to: target)
  }
}

extension CaseCloud {
  var images: [JSONValue] { cloud.inventory["images"]?.arrayValue ?? [] }
  var jobs: [JSONValue] { cloud.inventory["jobs"]?.arrayValue ?? [] }
  var faults: [JSONValue] { cloud.faults.map(\.json) }
}
