import ArgumentParser
import CProcess
import Foundation
import ScriptAPI
import ImageImport
import Workbench

/// The command line.
@main
struct Slipway: AsyncParsableCommand {
  static let version = ScriptInterface.version

  static let configuration = CommandConfiguration(
    commandName: "slipway",
    abstract: "Imports disk images into private images of Open Telekom Cloud and Huawei Cloud, scripted in Lua.",
    discussion: """
      Without any cloud configured, the built-in local cloud runs: a real HTTP service in the same process.

      Exit status: 0 all done; 1 an import or job failed; 2 the script raised; 64 wrong use; 65 validation refused; \
      69 cloud unavailable; 75 detached or unsettled, run again to go on; 77 not authorised; 78 configuration; 130 interrupted.
      """,
    version: version,
    subcommands: [
      RunCommand.self, ReplCommand.self, ValidateCommand.self, ImportCommand.self, JobsCommand.self, CloudCommand.self,
      ConvertCommand.self, InspectCommand.self, UploadCommand.self, UploadsCommand.self, TestCommand.self,
      CheckCommand.self, PluginCommand.self, TypesCommand.self, DoctorCommand.self, CompletionsCommand.self,
      ManCommand.self,
    ])

  /// Parses and runs; a command's own failures keep their documented statuses, the rest is ArgumentParser's.
  static func main() async {
    StandardStreams.reserve()
    slip_limit_arenas(2)
    slip_return_from(256 << 10)
    do {
      try CommandWords.check(count: Int(CommandLine.argc), CommandLine.unsafeArgv)
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let failure as CommandFailure {
      FileHandle.standardError.write(Data("error: \(failure)\n".utf8))
      Foundation.exit(failure.status.code)
    } catch let error as RecordStoreError {
      FileHandle.standardError.write(
        Data("error: \(CommandFailure(.configuration, error.message, hint: error.hint))\n".utf8))
      Foundation.exit(ExitStatus.configuration.code)
    } catch {
      exit(withError: error)
    }
  }
}
