import CloudAccess
import Foundation

/// What a cassette holds, read as a whole.
public struct CassetteContent: Sendable {
  public var header: CassetteHeader
  /// The profile of the cloud; nil where the run used none.
  public var cloud: JSONValue?
  public var exchanges: [RecordedExchange] = []
  /// What else was noted, by kind and in its order: the ids of records, what the ledger knew.
  public var notes: [String: [JSONValue]] = [:]
  /// How the run ended; nil where the recording broke off.
  public var end: CassetteEnd?
  /// Whether the last line is cut off, and was left out.
  public var isCutOff = false

  /// Larger files are not read, in bytes.
  public static let largest = 1 << 30

  /// Reads a file.
  ///
  /// - Throws: ``CassetteError`` with the line that is wrong.
  public init(path: String) throws {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
      throw CassetteError("There is no cassette '\(path)'.", hint: "record one with --record FILE")
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: (path as NSString).resolvingSymlinksInPath)
    guard attributes?[.type] as? FileAttributeType == .typeRegular else {
      throw CassetteError("The cassette '\(path)' is not a regular file.")
    }
    guard let size = attributes?[.size] as? UInt64, size <= UInt64(Self.largest) else {
      throw CassetteError("The cassette '\(path)' is larger than \(Self.largest >> 20) MiB.")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CassetteError("The cassette '\(path)' cannot be read.", hint: "check its permissions")
    }
    try self.init(Array(data), name: path)
  }

  /// Reads the bytes of a file of that name.
  public init(_ bytes: [UInt8], name: String) throws {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // A whole line ends with a newline, so what follows the last one was not written to its end.
    let rest = lines.popLast() ?? []
    guard !lines.isEmpty else {
      throw CassetteError(
        rest.isEmpty
          ? "The cassette '\(name)' is empty." : "The cassette '\(name)' is no cassette: it has no whole line.")
    }
    isCutOff = !rest.isEmpty
    header = try Self.locating(name, 1) { try CassetteHeader(Self.object(lines[0])) }
    for (index, line) in lines.enumerated().dropFirst() {
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      try Self.locating(name, index + 1) { try take(Self.object(line), index + 1) }
    }
  }

  private mutating func take(_ json: JSONValue, _ line: Int) throws {
    if json["request"] != nil {
      exchanges.append(try RecordedExchange(json, line: line))
    } else if let cloud = json["cloud"] {
      guard cloud.objectValue != nil else { throw CassetteError("has a cloud that is no object") }
      self.cloud = cloud
    } else if let end = json["end"] {
      self.end = try CassetteEnd(end)
    } else if let note = json["note"]?.stringValue {
      notes[note, default: []].append(json)
    } else {
      throw CassetteError("is none of request, cloud, note and end")
    }
  }

  private static func object(_ line: ArraySlice<UInt8>) throws -> JSONValue {
    do {
      let json = try JSONValue(parsing: Array(line))
      guard json.objectValue != nil else { throw CassetteError("is no JSON object") }
      return json
    } catch let error as JSONSyntaxError {
      throw CassetteError("is damaged: \(error)")
    }
  }

  private static func locating<Value>(_ name: String, _ line: Int, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as CassetteError {
      let place = line == 1 ? "The cassette '\(name)'" : "Line \(line) of the cassette '\(name)'"
      throw CassetteError("\(place) \(error.message).", hint: error.hint)
    }
  }
}
