import ArgumentParser
import CloudAccess
import Foundation
import ObjectStorage
import Workbench

/// `slipway uploads`: what was not finished, here and at the store.
struct UploadsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "uploads", abstract: "Show uploads that were not finished, and give them up.",
    discussion: """
      The store keeps the parts of an unfinished upload, and charges for them, until somebody goes on with it or aborts it. \
      For example:

        slipway uploads list golden-images
        slipway uploads abort --all
      """,
    subcommands: [List.self, Abort.self], defaultSubcommand: List.self)

  /// An upload that is remembered here, known to a store, or both.
  struct Entry {
    var bucket: String
    var key: String
    var uploadID: String
    var begun: Date?
    var record: UploadRecord?
    var isUnderWay = false
    /// Whether the store was asked, and knows it.
    var isAtStore: Bool?

    var json: JSONValue {
      var members: [String: JSONValue] = [
        "bucket": .string(bucket), "key": .string(key), "upload_id": .string(uploadID),
        "remembered": .bool(record != nil), "under_way": .bool(isUnderWay),
      ]
      members["begun"] = begun.map { .string(Timestamp.iso8601($0)) }
      members["source"] = record.map { .string($0.source) }
      members["store"] = record.map { .string($0.store) }
      members["stored_parts"] = record.map { .integer(Int64($0.parts.count)) }
      members["stored_bytes"] = record.map { .integer(Int64(clamping: $0.storedBytes)) }
      members["size"] = record?.size.map { .integer(Int64(clamping: $0)) }
      members["at_store"] = isAtStore.map(JSONValue.bool)
      return .object(members)
    }
  }

  /// What is remembered here and what the buckets tell, the oldest first.
  static func entries(_ records: UploadRecords?, buckets: [String], store: ObjectStore?) async throws -> [Entry] {
    var entries = (records?.list() ?? []).map { entry in
      Entry(
        bucket: entry.record.bucket, key: entry.record.key, uploadID: entry.record.uploadID, begun: entry.record.begun,
        record: entry.record, isUnderWay: entry.isUnderWay)
    }
    guard let store, !buckets.isEmpty else { return entries }
    entries.removeAll { !buckets.contains($0.bucket) }
    for index in entries.indices where entries[index].record?.store == store.identity {
      entries[index].isAtStore = false
    }
    for bucket in buckets {
      for upload in try await store.uploads(bucket: bucket) {
        if let index = entries.firstIndex(where: { $0.uploadID == upload.uploadID && $0.bucket == bucket }) {
          entries[index].isAtStore = true
        } else {
          entries.append(
            Entry(
              bucket: bucket, key: upload.key, uploadID: upload.uploadID, begun: upload.initiated, isAtStore: true))
        }
      }
    }
    return entries.sorted { ($0.begun ?? .distantPast, $0.key) < ($1.begun ?? .distantPast, $1.key) }
  }

  /// Opens what both subcommands need.
  static func workplace(_ options: CloudOptions, _ ledger: String?) throws -> Workplace {
    var settings = options.settings
    settings.ledger = ledger
    return try Workplace(settings, quiet: true)
  }
}
