import Foundation
import LuaHost

/// The script module `fs`: reading, and writing where it was allowed.
enum FSModule {
  /// The largest file `fs.read` takes: scripts read manifests, not disk images.
  static let largestRead = 64 << 20

  private static let fileErrors = [
    RaisedError("not_found", "the file does not exist"), RaisedError("permission", "it cannot be read"),
    RaisedError("argument", "the path is none, or leads to a directory or to something too large"),
  ]

  static func make(_ context: ScriptContext) -> HostModule {
    let path = HostParameter("path", .string, "relative paths start at the working directory")
    return HostModule(
      "fs", "Files: read anywhere, written only where `--allow-write` or a plugin's grant says.",
      functions: [
        HostFunction(
          "fs.read", "The content of a file, byte for byte.", parameters: [path],
          returns: [HostParameter("content", .string, "its bytes")], since: "0.1"
        ) { arguments in
          let shown = arguments[0].stringValue ?? ""
          return [.string(LuaString(bytes: try read(context.file(shown), shown: shown, access: context.access)))]
        }.documented(
          "For manifests, not for disk images: at most 64 MB.", raises: fileErrors, mustUse: true,
          example: """
            local fs = require "fs"

            print(#fs.read "lua/examples/fleet.csv" > 100)  --> true
            """),
        HostFunction(
          "fs.lines", "The lines of a file, one a turn of the loop, without their ends.", parameters: [path],
          returns: [
            HostParameter(
              "iterator", .iterator([HostParameter("line", .string, "without its end")]),
              "for line in fs.lines(path) do")
          ], since: "0.1"
        ) { arguments in
          let shown = arguments[0].stringValue ?? ""
          let reader = Confined(try LineReader(path: context.file(shown), shown: shown, access: context.access))
          return [
            LuaIterator.value {
              guard let line = try await reader.use({ try $0.next() }) else { return [.nil] }
              return [.string(LuaString(bytes: line))]
            }
          ]
        }.documented(
          raises: fileErrors, mustUse: true,
          example: """
            local fs = require "fs"

            for line in fs.lines "lua/examples/fleet.csv" do
              print(line)  --> wave,name,image_url,os_version,min_disk
              break
            end
            """),
        .waiting(
          "fs.write", "Writes a file whole: either all of it is there afterwards, or what was there before.",
          parameters: [path, HostParameter("content", .string, "its bytes")], since: "0.3"
        ) { arguments in
          let shown = arguments[0].stringValue ?? ""
          let bytes = arguments[1].bytesValue ?? []
          if let rehearsal = context.rehearsal {
            let place = try WrittenFile.place(of: context.file(shown), shown: shown, access: context.access)
            rehearsal.writing(file: place, bytes: UInt64(bytes.count))
            return []
          }
          try WrittenFile.write(bytes, to: context.file(shown), shown: shown, access: context.access)
          return []
        }.documented(
          "Its directory must be there. Directories are allowed with `--allow-write DIR`, to a plugin with `fs.write:DIR`.",
          raises: [
            RaisedError("capability", "writing there is not allowed"),
            RaisedError("not_found", "the directory does not exist"),
            RaisedError("permission", "the file cannot be written"),
          ],
          example: """
            local fs = require "fs"

            local ok, err = pcall(fs.write, "report.json", "{}")
            print(ok, err.kind)  --> false  capability
            """),
        HostFunction(
          "fs.exists", "Whether a file or directory is there.", parameters: [path],
          returns: [HostParameter("exists", .boolean, "true when it is")], since: "0.1"
        ) { arguments in
          guard let path = try? context.file(arguments[0].stringValue ?? "") else { return [.boolean(false)] }
          try OpenFile.check(path, context.access)
          return [.boolean(FileManager.default.fileExists(atPath: path))]
        }.documented(
          mustUse: true,
          example: """
            local fs = require "fs"

            print(fs.exists "lua/examples", fs.exists "nowhere")  --> true  false
            """),
        HostFunction(
          "fs.glob", "The paths that match a pattern with * ? and [ ], sorted.",
          parameters: [HostParameter("pattern", .string, "such as manifests/*.csv")],
          returns: [HostParameter("paths", .list(.string), "an array of paths")], since: "0.1"
        ) { arguments in
          [.table(LuaTable(array: try expand(arguments[0].stringValue ?? "", context).map { .string(LuaString($0)) }))]
        }.documented(
          mustUse: true,
          example: """
            local fs = require "fs"

            print(fs.glob("lua/examples/*.csv")[1])  --> lua/examples/fleet.csv
            """),
      ])
  }

  private static func read(_ path: String, shown: String, access: any ScriptAccess) throws -> [UInt8] {
    let handle = try OpenFile.reading(path, shown: shown, access: access)
    defer { try? handle.close() }
    let content: Data
    do {
      content = try handle.read(upToCount: largestRead + 1) ?? Data()
    } catch {
      throw ScriptFailure("the file '\(shown)' cannot be read to its end", hint: "is it a regular file?")
    }
    guard content.count <= largestRead else {
      throw ScriptFailure(
        "'\(shown)' is larger than \(largestRead >> 20) MB", hint: "read it line by line with fs.lines")
    }
    return Array(content)
  }

  private static func expand(_ pattern: String, _ context: ScriptContext) throws -> [String] {
    let path = try context.file(pattern)
    let access = context.access
    if access.confinesFiles {
      // The directory that the pattern begins in; what it leads to from there is looked at one by one.
      let plain = path.prefix { !"*?[\\".contains($0) }
      try OpenFile.check(String(plain[...(plain.lastIndex(of: "/") ?? plain.startIndex)]), access)
    }
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(path, 0, nil, &result) == 0 else { return [] }
    let prefix = pattern.hasPrefix("/") ? "" : context.workingDirectory + "/"
    return (0..<Int(result.gl_pathc)).compactMap { index in
      guard let entry = result.gl_pathv[index] else { return nil }
      let path = String(cString: entry)
      guard Self.isVisible(path, access) else { return nil }
      return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }
  }

  /// Whether a match may be told of; what lies elsewhere is left out without a word, since the pattern did not name it.
  private static func isVisible(_ path: String, _ access: any ScriptAccess) -> Bool {
    guard access.confinesFiles else { return true }
    guard let real = RealPath.of(path) else { return false }
    return access.mayRead(real)
  }
}
