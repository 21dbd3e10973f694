import ArgumentParser
import CloudAccess
import DiskImages
import ImageImport
import ObjectStorage
import Workbench

/// `slipway inspect`: what an image file is, and whether it can be imported.
struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Tell what image files are, and whether they can be imported.",
    discussion: """
      Reads headers only: kilobytes, whatever the size, also of objects in a bucket. In files it looks for the operating \
      system on the disk, too, and says which os_version fits; in objects with --os, since that fetches more. Knows RAW, ZVHD2, ZVHD, qcow2, qcow, \
      QED, VHD, VHDX, VMDK, VDI, LUKS, ISO, OVA, and what is in compressed files. Goes on after a file that cannot be read.

      Exit status: 0 all can be imported; 65 one cannot as it stands; 1 one cannot be read; those of other commands where \
      the cloud cannot be asked. For example:

        slipway inspect disk.qcow2
        slipway inspect golden-images:web01.zvhd2 obs://golden-images/web02.zvhd2
        slipway inspect --output json *.raw | jq .min_disk
      """)

  @Argument(
    help: ArgumentHelp(
      "Local image files, or objects as BUCKET:KEY, obs://BUCKET/KEY or s3://BUCKET/KEY.", valueName: "file"),
    completion: .file())
  var files: [String]

  @Flag(
    inversion: .prefixedNo,
    help: "Look for the operating system on the disk; by default in files, not in objects.")
  var os: Bool?

  @OptionGroup var options: CloudOptions

  func run() async throws {
    let console = Console(terminal: .detect())
    let cloud = LazyObjectStore(options.settings)
    let output = DataOutput(console, options.form, columns: InspectionReport.columns)
    let dialect = cloud.dialect
    var refused = false
    var failure: Workbench.ExitStatus?
    for file in files {
      do {
        let report = try await inspect(file, cloud, dialect)
        if !report.inspection.isImportable { refused = true }
        output.write(report.json, text: report.text)
      } catch {
        let (message, hint, status) = Self.describe(error)
        failure = failure ?? status
        console.note(
          "error: \(DisplayText.harmless(message))" + (hint.map { "\n  hint: \(DisplayText.harmless($0))" } ?? ""))
        if options.form.isData {
          var object: [String: JSONValue] = ["file": .string(file), "error": .string(message)]
          object["hint"] = hint.map(JSONValue.string)
          output.write(.object(object), text: nil)
        }
      }
    }
    output.finish()
    await cloud.close()
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
    if let failure { throw ExitCode(failure.code) }
    if refused { throw ExitCode(ExitStatus.refused.code) }
  }

  private func inspect(
    _ file: String, _ cloud: LazyObjectStore, _ dialect: CloudDialect
  ) async throws -> InspectionReport {
    if file == "-" {
      throw DiskImageError(
        .argument, "'-' is no file: an image is read at many places, which standard input does not allow",
        hint: "save it to a file first")
    }
    guard let location = InspectionTarget.object(file) else {
      let source = try FileByteSource(path: file)
      let inspection =
        os ?? true
        ? try DiskInspector.inspectWithSystem(source, fileName: file)
        : try DiskInspector.inspect(source, fileName: file)
      return InspectionReport(file: file, inspection: inspection, dialect: dialect)
    }
    let found = try await cloud.store().inspect(
      bucket: location.bucket, key: location.key, lookingForSystem: os ?? false)
    return InspectionReport(file: file, inspection: found.inspection, dialect: dialect, object: found)
  }

  /// Message, hint and status of what kept a file from being looked at.
  private static func describe(_ error: any Error) -> (String, String?, Workbench.ExitStatus) {
    switch error {
    case let error as DiskImageError: (error.message, error.hint, .failed)
    case let error as ObjectStorageError:
      (error.cloudError.message, error.cloudError.hint, ExitStatus(error.cloudError))
    case let error as CloudError: (error.message, error.hint, ExitStatus(error))
    case let error as CommandFailure: (error.message, error.hint, error.status)
    case let error as ConfigurationError: (error.message, error.hint, .configuration)
    default: ("\(error)", nil, ExitStatus(error))
    }
  }
}
