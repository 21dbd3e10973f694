import CloudAccess
import DiskImages
import ImageImport
import ObjectStorage
import Synchronization
import Workbench

/// Shows how a disk file becomes an object: one live line on a terminal, a line for each tenth elsewhere, or events in JSON.
final class ImportFileView: Sendable {
  private struct State {
    var disk: ConvertProgress?
    var upload: UploadProgress?
    var toldAt: ContinuousClock.Instant?
    var tenths = 0
  }

  private let console: Console
  private let name: String
  private let json: JSONEventWriter?
  private let state = Mutex(State())

  /// `json` is nil for people.
  init(console: Console, name: String, json: JSONEventWriter?) {
    self.console = console
    self.name = DisplayText.harmless(name)
    self.json = json
  }

  /// What to say when the user stops it during the upload.
  var interruption: String? {
    state.withLock { $0.upload }.map {
      "Interrupted; \(ByteText.short($0.stored)) are stored. Run the same command to go on."
    }
  }

  func show(_ event: ImageFileEvent) {
    switch event {
    case .planned(let plan):
      json?.write(Self.json(plan, nil))
      if json == nil {
        for line in Self.notes(plan) + Self.systemNotes(plan) { console.note("\(name): \(line)") }
      }
    case .converted(let progress):
      state.withLock { $0.disk = progress }
    case .upload(.progress(let progress)):
      show(progress)
    case .upload(let event):
      if let json { return json.write(event.json) }
      if let line = UploadView.text(event) { console.note("\(name): \(line)") }
    case .uploaded(let result):
      finish()
      if let json {
        return json.write(.object((result.json.objectValue ?? [:]).merging(["event": "uploaded"]) { $1 }))
      }
      console.note("\(name): \(UploadCommand.text(result)): \(DisplayText.harmless("\(result.bucket):\(result.key)"))")
    case .deleted(let location):
      json?.write(.object(["event": "object_deleted", "image_url": .string(location.description)]))
      if json == nil { console.note("\(name): deleted \(DisplayText.harmless("\(location)")), the image is made") }
    case .notDeleted(let location, let error):
      json?.write(
        .object([
          "event": "object_not_deleted", "image_url": .string(location.description), "message": .string(error.message),
        ]))
      if json == nil {
        let place = DisplayText.harmless("\(location)")
        console.note(
          "\(name): the image is made, but \(place) could not be deleted: \(DisplayText.harmless(error.message))")
      }
    }
  }

  func finish() { console.setLiveRegion([]) }

  private func show(_ progress: UploadProgress) {
    let (disk, isDue, isNewTenth) = state.withLock { state in
      state.upload = progress
      let now = ContinuousClock.now
      let isDue = state.toldAt.map { now - $0 >= .milliseconds(json == nil ? 100 : 1000) } ?? true
      if isDue { state.toldAt = now }
      let tenths = Int((state.disk?.fraction ?? progress.fraction ?? 0) * 10)
      defer { state.tenths = max(state.tenths, tenths) }
      return (state.disk, isDue, tenths > state.tenths)
    }
    if let json {
      guard isDue || progress.fraction == 1 else { return }
      var event = UploadEvent.progress(progress).json.objectValue ?? [:]
      if let disk {
        event["disk_bytes_done"] = .integer(Int64(clamping: disk.bytesDone))
        event["disk_bytes_total"] = .integer(Int64(clamping: disk.bytesTotal))
      }
      return json.write(.object(event))
    }
    guard console.terminal.canRedraw ? isDue : isNewTenth else { return }
    var text = UploadView.text(progress)
    if let disk {
      text = "\(Int(disk.fraction * 100)) % of \(ByteText.short(disk.bytesTotal)) read; sent \(text)"
    }
    let line = "\(name): \(text)"
    if console.terminal.canRedraw {
      console.setLiveRegion([DisplayText.truncated(line, to: console.terminal.columns - 1)])
    } else {
      console.note(line)
    }
  }

  /// What the user should know before it begins.
  private static func notes(_ plan: ImageFilePlan) -> [String] {
    let place = DisplayText.harmless("\(plan.location)")
    switch plan.route {
    case .asItIs: return []
    case .withBitmap(let path):
      return ["goes to \(place) as it is, with its bitmap file \(DisplayText.harmless(path))"]
    case .converted where plan.inspection.format == .raw:
      return [
        "becomes ZVHD2 on its way to \(place): RAW needs a bitmap file (.mf), whose format is not public"
      ]
    case .converted:
      return ["\(plan.inspection.format.displayName) becomes ZVHD2 on its way to \(place)"]
    }
  }

  /// What was found on the disk, where os_version was not given.
  static func systemNotes(_ plan: ImageFilePlan) -> [String] {
    guard let search = plan.inspection.systemSearch else { return [] }
    guard let system = search.system else {
      return ["--os-version is not given, and \(DisplayText.harmless(search.reason ?? "no system was found"))"]
    }
    let found = "\(DisplayText.harmless(system.displayName)) is on the disk (\(system.path))"
    guard let suggestion = plan.suggestedOSVersion else { return [found] }
    let note = DisplayText.harmless(suggestion.note ?? "")
    guard let value = suggestion.value else { return ["\(found); \(note)"] }
    if suggestion.isExact { return ["\(found): os_version is '\(value)'"] }
    return ["\(found); if it will do, give --os-version '\(value)': \(note)"]
  }

  static func json(_ plan: ImageFilePlan, _ request: ImportRequest?) -> JSONValue {
    var fields: [String: JSONValue] = [
      "event": "planned", "file": .string(plan.path), "image_url": .string(plan.location.description),
      "format": .string(plan.inspection.format.rawValue), "sent_format": .string(plan.sentFormat.rawValue),
      "file_size": .integer(Int64(clamping: plan.inspection.fileSize)),
    ]
    fields["virtual_size"] = plan.inspection.virtualSize.map { .integer(Int64(clamping: $0)) }
    fields["min_disk"] = plan.inspection.minDisk.map { .integer(Int64($0)) }
    if case .withBitmap(let path) = plan.route { fields["bitmap"] = .string(path) }
    fields["operating_system"] = plan.inspection.operatingSystem?.json
    fields["suggested_os_version"] = plan.suggestedOSVersion?.json
    fields["request"] = request?.jsonValue
    return .object(fields)
  }

  static func text(_ plan: ImageFilePlan, _ request: ImportRequest) -> String {
    var lines = ["\(DisplayText.harmless(plan.path)): \(plan.inspection.format.displayName)"]
    if let size = plan.inspection.virtualSize { lines.append("  disk       \(ByteText.short(size))") }
    lines.append("  sent as    \(plan.sentFormat.displayName) to \(DisplayText.harmless("\(plan.location)"))")
    if case .withBitmap(let path) = plan.route { lines.append("  with       \(DisplayText.harmless(path))") }
    for note in systemNotes(plan) { lines.append("  system     \(note)") }
    lines.append("  request    \(DisplayText.harmless(request.jsonValue.serialized()))")
    return lines.joined(separator: "\n")
  }
}
