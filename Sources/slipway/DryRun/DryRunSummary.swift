import CloudAccess
import ImageImport

/// The plan in numbers, of the first branch.
struct DryRunSummary: Sendable {
  let images: Int
  let found: Int
  let refused: Int
  /// Images deleted, tags, uploads, requests to other servers, files.
  let otherChanges: Int
  /// Bytes of the images' files, and of how many the size is not known.
  let bytes: UInt64
  let unknownSizes: Int
  let quota: (now: ImageQuota, after: Int)?
  /// Requests to the image service that a run in earnest makes at least.
  let leastRequests: Int

  init(_ outcome: DryRunOutcome) {
    let imports = outcome.steps.filter { $0.action == .import && $0.outcome == .planned }
    images = imports.count
    found = outcome.steps.count { $0.action == .reuse || $0.action == .attach }
    refused = outcome.steps.count(where: \.isRefused)
    otherChanges = outcome.steps.count { $0.action != .import && $0.isChange }
    bytes = imports.compactMap(\.bytes).reduce(0, &+)
    unknownSizes = imports.count { $0.bytes == nil }
    quota = outcome.quota
    leastRequests = outcome.requests.values.reduce(0, +)
  }

  var json: JSONValue {
    var members: [String: JSONValue] = [
      "images": .integer(Int64(images)), "found_again": .integer(Int64(found)), "refused": .integer(Int64(refused)),
      "other_changes": .integer(Int64(otherChanges)), "bytes": .integer(Int64(clamping: bytes)),
      "unknown_sizes": .integer(Int64(unknownSizes)), "requests_at_least": .integer(Int64(leastRequests)),
    ]
    if let quota {
      members["quota"] = .object([
        "quota": .integer(Int64(quota.now.quota)), "used": .integer(Int64(quota.now.used)),
        "used_after": .integer(Int64(quota.after)),
      ])
    }
    return .object(members)
  }
}
