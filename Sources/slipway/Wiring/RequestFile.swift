import CloudAccess
import Foundation
import ImageImport
import ScriptAPI
import Workbench

/// A script that was to give requests and failed.
struct ScriptRaised: Error {
  var report: ErrorReport
}

/// A file that holds requests, in JSON, YAML or Lua.
struct RequestFile {
  /// The largest file read: request lists, not images.
  static let largest = 64 << 20

  let path: String
  let workplace: Workplace

  /// The requests in it; a single one counts as a list of one.
  func requests() async throws -> [ImportRequest] {
    let kind = path.split(separator: ".").last?.lowercased()
    if kind == "lua" { return try await lua() }
    let content = try read()
    guard !content.isEmpty else { throw empty }
    let json: JSONValue
    switch kind {
    case "yaml", "yml": json = try yaml(content)
    default:
      do {
        json = try JSONValue(parsing: content)
      } catch {
        throw CommandFailure(.refused, "\(shown) is not valid JSON: \(error)")
      }
    }
    guard case .array(let items) = json else { return [ImportRequest(json: json)] }
    guard !items.isEmpty else { throw empty }
    return items.map(ImportRequest.init(json:))
  }

  private var empty: CommandFailure {
    CommandFailure(.refused, "\(shown) holds no request", hint: "expected one request body or an array of them")
  }

  private var shown: String { path == "-" ? "standard input" : "'\(path)'" }

  private func read() throws -> [UInt8] {
    if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw CommandFailure(.usage, "the file \(shown) does not exist")
    }
    guard !isDirectory.boolValue else { throw CommandFailure(.usage, "\(shown) is a directory, not a file") }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw CommandFailure(.usage, "the file \(shown) cannot be read", hint: "check its permissions")
    }
    let data: Data
    do {
      data = try handle.read(upToCount: Self.largest + 1) ?? Data()
    } catch {
      throw CommandFailure(.usage, "the file \(shown) cannot be read", hint: "is it a regular file?")
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
      guard let value = try YAMLReader.value(text) else { throw empty }
      return value
    } catch let error as CommandFailure {
      throw error
    } catch {
      throw CommandFailure(.refused, "\(shown) is not valid YAML: \(error)")
    }
  }

  /// Runs the script, which comes from anywhere: confined, within tight limits, and without the cloud, since it is only to describe
  /// requests. What it prints goes to standard error, since standard output holds the reports.
  private func lua() async throws -> [ImportRequest] {
    let script = try ScriptFile(path: path)
    let console = workplace.console
    var context = workplace.context(script: path, arguments: [])
    context.cloud = CloudConnector(dialect: context.cloud.dialect) {
      throw ScriptFailure(
        "a file of requests cannot use the cloud while it is checked", hint: "describe requests and return them")
    }
    let vm = try workplace.makeVM(
      context, ScriptPolicy(limits: .sandboxed, sandbox: .sandboxed),
      output: { console.note(String(decoding: $0, as: UTF8.self)) })
    do {
      let values = try await vm.run(script.bytes, name: path)
      await vm.close()
      return try ScriptRequests.requests(values)
    } catch let error as ScriptFailure {
      throw CommandFailure(.refused, "\(shown): \(error.message)", hint: error.hint)
    } catch {
      await vm.close()
      throw ScriptRaised(report: ErrorReport(error, script: script))
    }
  }
}
