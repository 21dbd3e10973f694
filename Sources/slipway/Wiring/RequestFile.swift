import CloudAccess
import Foundation
import ImageImport
import ScriptAPI
import Workbench
import Yams

/// A file that holds requests, in JSON, YAML or Lua.
struct RequestFile {
  /// The largest file read: request lists, not images.
  static let largest = 64 << 20

  let path: String
  let workplace: Workplace

  /// The requests in it; a single one counts as a list of one.
  func requests() async throws -> [ImportRequest] {
    let content = try read()
    let json: JSONValue
    switch path.split(separator: ".").last?.lowercased() {
    case "lua": return try await lua(content)
    case "yaml", "yml": json = try yaml(content)
    default:
      do {
        json = try JSONValue(parsing: content)
      } catch {
        throw CommandFailure(.refused, "\(shown) is not valid JSON: \(error)")
      }
    }
    if case .array(let items) = json { return items.map(ImportRequest.init(json:)) }
    return [ImportRequest(json: json)]
  }

  private var shown: String { path == "-" ? "standard input" : "'\(path)'" }

  private func read() throws -> [UInt8] {
    if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw CommandFailure(.usage, "the file \(shown) does not exist")
    }
    guard !isDirectory.boolValue else { throw CommandFailure(.usage, "\(shown) is a directory, not a file") }
    guard let handle = FileHandle(forReadingAtPath: path), let data = try handle.read(upToCount: Self.largest + 1)
    else {
      throw CommandFailure(
        .usage, "the file \(shown) cannot be read", hint: "check its permissions; an empty file holds no request")
    }
    guard data.count <= Self.largest else {
      throw CommandFailure(
        .usage, "\(shown) is larger than \(Self.largest >> 20) MB", hint: "is it a list of requests?")
    }
    return Array(data)
  }

  private func yaml(_ content: [UInt8]) throws -> JSONValue {
    guard let text = String(validating: content, as: UTF8.self) else {
      throw CommandFailure(.refused, "\(shown) is not valid UTF-8")
    }
    do {
      return try YAMLDecoder().decode(JSONValue.self, from: text)
    } catch {
      throw CommandFailure(.refused, "\(shown) is not valid YAML: \(error)")
    }
  }

  private func lua(_ content: [UInt8]) async throws -> [ImportRequest] {
    let context = workplace.context(script: path, arguments: [])
    let vm = try workplace.makeVM(context)
    do {
      let values = try await vm.run(content, name: path)
      await vm.close()
      return try ScriptRequests.requests(values)
    } catch {
      await vm.close()
      _ = workplace.fail(error)
      throw CommandFailure(.refused, "\(shown) gives no requests to check")
    }
  }
}
