import DiskImages
import Foundation
import LuaHost

extension DiskModule {
  static func convert(_ context: ScriptContext) -> HostFunction {
    .waiting(
      "disk.convert", "Converts a disk image to ZVHD2 or RAW; the target's extension says to which.",
      parameters: [
        HostParameter("source", .string, "RAW, ZVHD2 and ZVHD natively, other formats with qemu-nbd"),
        HostParameter("target", .string, "a file ending in .zvhd2 or .raw"),
        HostParameter("options", options, "how", optional: true),
      ],
      returns: [HostParameter("result", result, "what was done")], since: "0.2"
    ) { arguments in
      let source = try context.file(arguments[0].stringValue ?? "")
      let choices = try choices(arguments[2].tableValue)
      try OpenFile.check(source, context.access)
      if choices.followReferences, context.access.confinesFiles {
        throw ScriptFailure(
          kind: "capability", "the files that an image names cannot be confined to a directory",
          hint: "leave out follow_references, or convert with the command line")
      }
      let shown = arguments[1].stringValue ?? ""
      let target = try WrittenFile.place(of: context.file(shown), shown: shown, access: context.access)
      do {
        if let rehearsal = context.rehearsal {
          return [try rehearsed(source, target, choices, rehearsal)]
        }
        let summary = try await convert(source, target, choices, observer(arguments[2].tableValue))
        return [value(summary)]
      } catch let error as DiskImageError {
        if error.kind == .cancelled { throw CancellationError() }
        throw failure(error)
      }
    }.documented(
      "Uses all processors and little memory. The target appears under its name only when it is whole; when the call "
        + "fails or is cancelled nothing of it is left. Holes and zeros of the source take no room in the target.",
      raises: [
        RaisedError("not_found", "the source does not exist"),
        RaisedError(
          "capability", "reading or writing there is not allowed: `--allow-write DIR`, to a plugin `fs.write:DIR`"),
        RaisedError("permission", "a file cannot be read or written"),
        RaisedError("conflict", "the target exists and force was not given, or somebody else writes it"),
        RaisedError("argument", "the source is damaged or no disk, a wrong option, no room for the target"),
      ],
      example: """
        local disk, fs = require "disk", require "fs"

        for _, path in ipairs(fs.glob "images/*.qcow2") do
          local done = disk.convert(path, (path:gsub("%.qcow2$", ".zvhd2")), { verify = true, force = true })
          print(path, done.virtual_size, done.output_size, done.min_disk)
        end
        """)
  }

  /// What a conversion would do, as far as a look at the source tells; nothing is written.
  private static func rehearsed(
    _ source: String, _ target: String, _ options: ConvertOptions, _ rehearsal: any Rehearsal
  ) throws -> LuaValue {
    guard let format = DiskFormat(fileName: target), format == .zvhd2 || format == .raw else {
      throw ScriptFailure("'\(target)' does not say what to convert to", hint: "let it end in .zvhd2 or .raw")
    }
    if !options.force, FileManager.default.fileExists(atPath: target) {
      throw ScriptFailure(
        kind: "conflict", "the file '\(target)' exists", hint: "replace it with force = true, or choose another name")
    }
    let found = try DiskInspector.inspect(try FileByteSource(path: source), fileName: source)
    try rehearsal.converting(file: source, to: target, bytes: found.virtualSize)
    var table = LuaTable()
    table["input_format"] = .string(LuaString(found.format.rawValue))
    table["output_format"] = .string(LuaString(format.rawValue))
    table["virtual_size"] = .integer(Int64(clamping: found.virtualSize ?? 0))
    table["output_size"] = .integer(0)
    table["stored_blocks"] = .integer(0)
    table["total_blocks"] = .integer(0)
    table["min_disk"] = .integer(Int64(found.minDisk ?? 0))
    table["verified"] = .boolean(false)
    table["seconds"] = .number(0)
    table["synthetic"] = .boolean(true)
    return .table(table)
  }

  /// Converts, and gives the progress to `observe` one after the other; one that fails ends the conversion.
  private static func convert(
    _ source: String, _ target: String, _ options: ConvertOptions,
    _ observe: (@Sendable (ConvertProgress) async throws -> Void)?
  ) async throws -> ConvertSummary {
    guard let observe else {
      return try await DiskConverter.convertInBackground(from: source, to: target, options: options)
    }
    return try await withThrowingTaskGroup(of: ConvertSummary?.self) { group in
      // A slow observer misses steps rather than holding up the work.
      let (steps, channel) = AsyncStream.makeStream(of: ConvertProgress.self, bufferingPolicy: .bufferingNewest(1))
      group.addTask {
        defer { channel.finish() }
        return try await DiskConverter.convertInBackground(from: source, to: target, options: options) {
          channel.yield($0)
        }
      }
      group.addTask {
        for await step in steps { try await observe(step) }
        return nil
      }
      var summary: ConvertSummary?
      for try await finished in group { summary = finished ?? summary }
      guard let summary else { throw CancellationError() }
      return summary
    }
  }

  private static func choices(_ table: LuaTable?) throws -> ConvertOptions {
    var choices = ConvertOptions()
    guard let table else { return choices }
    if let level = table["level"].integerValue { choices.level = Int(clamping: level) }
    if let threads = table["threads"].integerValue { choices.threads = Int(clamping: threads) }
    choices.verify = table["verify"] == .boolean(true)
    choices.force = table["force"] == .boolean(true)
    choices.followReferences = table["follow_references"] == .boolean(true)
    if let size = table["raw_size"].stringValue.flatMap(ConvertOptions.RawSize.init(rawValue:)) {
      choices.rawSize = size
    }
    return choices
  }

  private static func observer(_ table: LuaTable?) -> (@Sendable (ConvertProgress) async throws -> Void)? {
    guard let table, case .function(let function) = table["on_progress"] else { return nil }
    return { step in
      var status = LuaTable()
      status["phase"] = .string(LuaString(step.phase.rawValue))
      status["bytes_done"] = .integer(Int64(clamping: step.bytesDone))
      status["bytes_total"] = .integer(Int64(clamping: step.bytesTotal))
      status["fraction"] = .number(step.fraction)
      _ = try await function.call([.table(status)])
    }
  }

  private static func value(_ summary: ConvertSummary) -> LuaValue {
    var table = LuaTable()
    table["input_format"] = .string(LuaString(summary.inputFormat.rawValue))
    table["output_format"] = .string(LuaString(summary.outputFormat.rawValue))
    table["virtual_size"] = .integer(Int64(clamping: summary.virtualSize))
    table["output_size"] = .integer(Int64(clamping: summary.outputSize))
    table["stored_blocks"] = .integer(Int64(summary.storedBlocks))
    table["total_blocks"] = .integer(Int64(summary.totalBlocks))
    table["min_disk"] = .integer(Int64(summary.minDisk))
    table["verified"] = .boolean(summary.isVerified)
    table["seconds"] = .number(summary.duration / .seconds(1))
    return .table(table)
  }

  // MARK: Types

  private static func optional(_ name: String, _ type: LuaType, _ docs: String) -> HostParameter {
    HostParameter(name, type, docs, optional: true)
  }

  /// How to convert; `ims.import` takes the same for files.
  static let options = LuaType.record(
    LuaRecord(
      "disk.ConvertOptions", "How an image is converted.",
      fields: [
        optional("level", .integer, "of zstd, 1 to 19; 3, the default, gives what the vendor's tool writes"),
        optional("threads", .integer, "one for each processor, 8 at most, by default"),
        optional("verify", .boolean, "reads the target back and compares it with the source"),
        optional("force", .boolean, "replaces a target that exists"),
        optional("raw_size", .enumeration(ConvertOptions.RawSize.allCases.map(\.rawValue)), "size of a RAW target"),
        optional("follow_references", .boolean, "reads other files that the image names; only for images you trust"),
        optional(
          "on_progress", .callback(LuaSignature([HostParameter("status", progress, "how far it is")])),
          "called now and then; an error in it is raised, and ends a conversion still under way"),
      ]))

  private static let progress = LuaType.record(
    LuaRecord(
      "disk.ConvertProgress", "How far a conversion is.",
      fields: [
        HostParameter("phase", .enumeration(ConvertProgress.Phase.allCases.map(\.rawValue)), "verify comes second"),
        HostParameter("bytes_done", .integer, "of the disk, in this phase"),
        HostParameter("bytes_total", .integer, "of the disk"),
        HostParameter("fraction", .number, "0 to 1"),
      ]))

  private static let result = LuaType.record(
    LuaRecord(
      "disk.ConvertResult", "What a conversion did; sizes are bytes.",
      fields: [
        HostParameter("input_format", .string, "what the source was"),
        HostParameter("output_format", .string, "zvhd2 or raw"),
        HostParameter("virtual_size", .integer, "of the disk"),
        HostParameter("output_size", .integer, "of the target"),
        HostParameter("stored_blocks", .integer, "blocks of 2 MiB that are not all zero"),
        HostParameter("total_blocks", .integer, "of the whole disk"),
        HostParameter("min_disk", .integer, "the smallest min_disk that takes the disk, in GB"),
        HostParameter("verified", .boolean, "whether the target was compared"),
        HostParameter("seconds", .number, "how long it took"),
        optional("synthetic", .boolean, "true in a dry run, which converts nothing: sizes of the target are 0 then"),
      ]))
}
