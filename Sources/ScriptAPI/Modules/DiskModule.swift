import DiskImages
import ImageImport
import LuaHost

/// The script module `disk`: image files on this machine.
enum DiskModule {
  static func make(_ context: ScriptContext) -> HostModule {
    HostModule("disk", "Disk image files on this machine.", functions: [inspect(context), convert(context)])
  }

  /// An inspection as a script sees it; also what `obs.inspect` gives.
  static func value(_ inspection: DiskInspection, _ context: ScriptContext) -> LuaValue {
    LuaJSON.value(inspection.json(for: context.cloud.dialect))
  }

  /// A failure to read or write a file, in the words of scripts.
  static func failure(_ error: DiskImageError) -> ScriptFailure {
    let kind =
      switch error.kind {
      case .notFound: "not_found"
      case .permission: "permission"
      // As where an import reads the file: nothing is wrong with what was asked for.
      case .exists, .busy, .io, .noSpace, .verification: "conflict"
      case .cancelled: "cancelled"
      default: "argument"
      }
    return ScriptFailure(kind: kind, error.message, hint: error.hint)
  }

  private static func inspect(_ context: ScriptContext) -> HostFunction {
    .waiting(
      "disk.inspect", "What a disk image file is, from its headers, and whether it can be imported.",
      parameters: [
        HostParameter("path", .string, "relative paths start at the working directory"),
        HostParameter("options", inspectOptions(isOn: true), "what to look for", optional: true),
      ],
      returns: [HostParameter("inspection", inspection, "what was found")], since: "0.2"
    ) { arguments in
      let shown = arguments[0].stringValue ?? ""
      let looks = arguments[1].tableValue?["operating_system"].boolValue ?? true
      let path = try context.file(shown)
      do {
        return [
          value(
            try OpenFile.guarded(path, shown: shown, access: context.access) { path in
              let file = try FileByteSource(path: path)
              return looks
                ? try DiskInspector.inspectWithSystem(file, fileName: shown)
                : try DiskInspector.inspect(file, fileName: shown)
            }, context)
        ]
      } catch let error as DiskImageError {
        throw failure(error)
      }
    }.documented(
      """
      Reads kilobytes, whatever the size of the file, and some hundred more to find the operating system. What is wrong with the \
      image is in `findings` and raises nothing.
      """,
      raises: [
        RaisedError("not_found", "the file does not exist"), RaisedError("permission", "it cannot be read"),
        RaisedError("argument", "the path is none, or leads to a directory or a pipe"),
      ], mustUse: true,
      example: """
        local disk, fs = require "disk", require "fs"

        for _, path in ipairs(fs.glob "images/*") do
          local found = disk.inspect(path)
          local system, suggested = found.operating_system, found.suggested_os_version
          print(path, found.format, found.min_disk, found.importable, found.advice)
          print(system and system.pretty_name, suggested and suggested.exact and suggested.value)
        end
        """)
  }

  // MARK: Types

  private static func optional(_ name: String, _ type: LuaType, _ docs: String) -> HostParameter {
    HostParameter(name, type, docs, optional: true)
  }

  /// What an inspection tells; `obs.inspect` gives the same.
  static let inspection = LuaType.record(
    LuaRecord(
      "disk.Inspection", "What the headers of an image file tell; sizes are bytes.",
      fields: [
        HostParameter("format", format, "what the file is"),
        optional("variant", .string, "the kind of its format, such as v3, dynamic or streamOptimized"),
        HostParameter("file_size", .integer, "of the file"),
        optional("disk_usage", .integer, "what the file takes on its file system"),
        optional("virtual_size", .integer, "of the disk inside; nil where that cannot be told"),
        optional("allocated_size", .integer, "how much of the disk the image holds, where its tables tell"),
        optional("min_disk", .integer, "the smallest min_disk that takes the disk, in GB"),
        HostParameter("importable", .boolean, "whether quick import can take the file as it is"),
        HostParameter("reasons", .list(.string), "why it cannot, a sentence each"),
        optional("advice", .string, "what to do with the file, as a command where there is one"),
        optional("hw_firmware_type_hint", .enumeration(["bios", "uefi"]), "how the disk seems to boot"),
        optional("partition_table", .enumeration(["mbr", "gpt"]), "its kind"),
        optional("partitions", .list(partition), "the partitions of RAW, ZVHD2 and ZVHD files"),
        optional("file_system", .string, "what fills the whole disk, where it has no partition table"),
        optional("operating_system", operatingSystem, "the system on the disk, where one was looked for and found"),
        optional("operating_system_search", search, "what the look for it cost, and why it found none"),
        optional("suggested_os_version", suggestion, "which os_version fits the system"),
        optional("details", .map, "further facts of the format, such as backing_file, cluster_size, snapshots"),
        HostParameter("findings", .list(finding), "all that was noticed"),
      ]))

  private static let format = LuaType.enumeration(DiskFormat.allCases.map(\.rawValue))

  private static let partition = LuaType.record(
    LuaRecord(
      "disk.Partition", "One entry of a partition table.",
      fields: [
        HostParameter("number", .integer, "as Linux counts"),
        HostParameter("offset", .integer, "bytes from the start of the disk"),
        HostParameter("length", .integer, "bytes"),
        HostParameter("type", .string, "0x83, or the UUID of a GPT"),
        optional("type_name", .string, "what the type stands for"),
        optional("name", .string, "in the GPT"),
        optional("file_system", .string, "such as ext4, xfs, ntfs, swap, lvm, luks"),
        optional("label", .string, "of the file system"),
        optional("active", .boolean, "true where the MBR says to boot from it"),
      ]))

  private static let operatingSystem = LuaType.record(
    LuaRecord(
      "disk.OperatingSystem", "The operating system on a disk, in the words of its own files.",
      fields: [
        HostParameter("id", .string, "in lower case, such as debian or opensuse-leap; windows for one of Microsoft's"),
        optional("name", .string, "such as Debian GNU/Linux"),
        optional("version_id", .string, "such as 12 or 22.04"),
        optional("version", .string, "with its name, such as 22.04.4 LTS (Jammy Jellyfish)"),
        optional("full_version", .string, "with more digits, such as 12.7 or 7.9.2009, where other files have them"),
        optional("pretty_name", .string, "name and version for people"),
        optional("architecture", .enumeration(["x86_64", "aarch64", "i386", "arm"]), "what its programs are made for"),
        optional("partition", .integer, "the number of its partition"),
        optional("logical_volume", .string, "the logical volume on that partition"),
        HostParameter("path", .string, "the file that tells"),
      ]))

  private static let search = LuaType.record(
    LuaRecord(
      "disk.SystemSearch", "A look for the operating system.",
      fields: [
        HostParameter("reads", .integer, "ranges of the file that were read for it"),
        HostParameter("bytes_read", .integer, "bytes in them"),
        optional("reason", .string, "why no system was found"),
      ]))

  private static let suggestion = LuaType.record(
    LuaRecord(
      "disk.OSVersionSuggestion", "The value of os_version for a system, as the service's list spells it.",
      fields: [
        optional("value", .string, "the value; nil where none fits"),
        HostParameter("exact", .boolean, "whether it is the very system, not only the nearest that is listed"),
        optional("note", .string, "what differs, or why there is none"),
      ]))

  /// The options of `disk.inspect` and `obs.inspect`, which differ in what they do unasked.
  static func inspectOptions(isOn: Bool) -> LuaType {
    .record(
      LuaRecord(
        isOn ? "disk.InspectOptions" : "obs.InspectOptions", "What an inspection looks for.",
        fields: [
          optional(
            "operating_system", .boolean, "looks for the operating system on the disk; \(isOn) by default")
        ]))
  }

  private static let finding = LuaType.record(
    LuaRecord(
      "disk.Finding", "One thing that an inspection noticed.",
      fields: [
        HostParameter(
          "severity", .enumeration(DiskFinding.Severity.allCases.map(\.rawValue)),
          "error: not importable; warning: probably a mistake; hint: worth knowing"),
        HostParameter("message", .string, "what was found, and what was expected"),
        optional("hint", .string, "what to do"),
      ]))
}
