import CloudSimulator
import Foundation
import Workbench

/// What `FaultOptions` say, as a plain value.
struct Trouble: Sendable {
  var file: String?
  var faults: [String] = []
  var switches: [String] = []
  var seed: UInt64?

  /// Longer than any list of faults.
  private static let largestFile = 1 << 20

  var isEmpty: Bool { file == nil && faults.isEmpty && switches.isEmpty && seed == nil }

  /// Sets it all; flags come after the file and win.
  func apply(to configuration: inout LocalCloudConfiguration) throws {
    do throws(FaultError) {
      if let file { try configuration.apply(try FaultFile(text: read(file), name: file)) }
      for text in switches { try configuration.set(flag: text) }
      for text in faults { configuration.faults.append(try Fault(text)) }
    } catch {
      throw CommandFailure(.configuration, error.description)
    }
    if let seed { configuration.faultSeed = seed }
  }

  private func read(_ path: String) throws(FaultError) -> String {
    guard let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.read(upToCount: Self.largestFile + 1)
    else { throw FaultError(place: path, message: "the file cannot be read") }
    guard data.count <= Self.largestFile else {
      throw FaultError(place: path, message: "the file is longer than 1 MiB; is it a list of faults?")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw FaultError(place: path, message: "the file is not UTF-8")
    }
    return text
  }
}
