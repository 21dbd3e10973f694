import CloudAccess
import ImageImport
import ObjectStorage
import ScriptAPI
import Workbench

/// What Tab in the REPL knows of the world: buckets and objects, jobs and images, files, clouds.
///
/// Only who asks for a bucket or an object opens the cloud; everything else comes from this machine or from a cloud that is open already.
struct SessionCompletions: CompletionSource {
  /// What is offered of a bucket, of the images and of the ledger.
  private static let most = 200

  let workplace: Workplace
  /// What `require` finds.
  let modules: [String]
  private let recent = RecentAnswers()

  init(_ workplace: Workplace, modules: [String]) {
    self.workplace = workplace
    self.modules = modules
  }

  func values(for slot: CompletionSlot) async -> [String] {
    let text = slot.text
    switch (slot.function ?? "", slot.name) {
    case (".load", _): return FileNames.values(text, from: workplace.workingDirectory, extensions: ["lua"])
    case (".save", _), (".save!", _): return FileNames.values(text, from: workplace.workingDirectory)
    case (".cloud", _): return workplace.cloudNames
    case (".plugins", _): return ["reload"]
    case ("require", _): return modules
    case ("env.get", "name"): return workplace.environment.keys.sorted()
    case (_, "image_url"): return await urls(text)
    case (_, "bucket"): return await buckets()
    case (_, "key"), (_, "object"), (_, "prefix"):
      guard let bucket = slot.siblings["bucket"] else { return await recorded(slot) }
      return await keys(bucket, text)
    case ("ims.image", "id"), (_, "image_id"): return await images()
    case (_, "path"), (_, "file"), (_, "source"), (_, "target"):
      return FileNames.values(text, from: workplace.workingDirectory)
    default: return await recorded(slot)
    }
  }

  // MARK: Object storage

  /// `BUCKET:KEY`, also as `obs://BUCKET/KEY` and `s3://BUCKET/KEY`.
  private func urls(_ text: String) async -> [String] {
    let scheme = ["obs://", "s3://"].first { text.hasPrefix($0) } ?? ""
    let separator: Character = scheme.isEmpty ? ":" : "/"
    let rest = text.dropFirst(scheme.count)
    guard let split = rest.firstIndex(of: separator) else {
      return await buckets().map { "\(scheme)\($0)\(separator)" }
    }
    let bucket = String(rest[..<split])
    return await keys(bucket, String(rest[rest.index(after: split)...])).map { "\(scheme)\(bucket)\(separator)\($0)" }
  }

  private func buckets() async -> [String] {
    await recent.values("buckets") { [workplace] in
      try await Self.store(workplace).buckets().sorted()
    }
  }

  /// Keys up to the next slash.
  private func keys(_ bucket: String, _ text: String) async -> [String] {
    guard !bucket.isEmpty else { return [] }
    // Whole directories are asked for, so that the letters after the slash ask nothing anew.
    let directory = text.lastIndex(of: "/").map { String(text[...$0]) } ?? ""
    let whole = await page(bucket, directory)
    let found = whole.filter { $0.hasPrefix(text) }
    return found.isEmpty && whole.count >= Self.most ? await page(bucket, text) : found
  }

  private func page(_ bucket: String, _ prefix: String) async -> [String] {
    await recent.values("keys \(bucket) \(prefix)") { [workplace] in
      let page = try await Self.store(workplace).list(
        bucket: bucket, prefix: prefix, delimiter: "/", limit: Self.most)
      return (page.commonPrefixes + page.objects.map(\.key)).sorted()
    }
  }

  private static func store(_ workplace: Workplace) async throws -> ObjectStore {
    try await ObjectStore(session: workplace.runtime.connector.service().client.session)
  }

  // MARK: Jobs and images

  /// From the ledger, which also has what this session did; the newest first.
  private func recorded(_ slot: CompletionSlot) async -> [String] {
    switch (slot.function ?? "", slot.name) {
    case ("ims.job", "id"), (_, "job_id"): await records(\.jobID)
    case ("history.get", "id"), (_, "record"): await records(\.id)
    case (let function, "name") where function.hasPrefix("history."): await records(\.name)
    case (let function, "key") where !function.hasPrefix("obs."): await records(\.key)
    default: []
    }
  }

  private func records(_ value: @escaping @Sendable (ImportRecord) -> String?) async -> [String] {
    guard let records = try? await workplace.ledger.openExisting().records(ImportRecordFilter(limit: 5 * Self.most))
    else { return [] }
    var seen: Set<String> = []
    return Array(records.reversed().compactMap(value).filter { seen.insert($0).inserted }.prefix(Self.most))
  }

  private func images() async -> [String] {
    let own = await records(\.imageID)
    guard workplace.runtime.isOpen else { return own }
    let others = await recent.values("images") { [workplace] in
      let service = try await workplace.runtime.connector.service()
      var query = ImageQuery()
      (query.pageSize, query.sortKey, query.sortDirection) = (50, "created_at", "desc")
      var ids: [String] = []
      for try await image in service.client.images(query) {
        ids.append(image.id)
        if ids.count == 50 { break }
      }
      return ids
    }
    let known = Set(own)
    return own + others.filter { !known.contains($0) }
  }
}
