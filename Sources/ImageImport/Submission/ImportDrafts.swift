import Foundation

/// Makes the records of imports before they are in a store: under which scope and key, with which id.
struct ImportDrafts: Sendable {
  let client: ImageClient

  /// The id of a record of a key that is made now.
  let makeID: @Sendable (Date, _ key: String) -> String

  /// The trace of this run; nil where nobody keeps one.
  let trace: ImportTrace?

  /// Cloud, project and region of an import, for which a token may have to be asked for first.
  func scope(for request: ImportRequest) async throws -> ImportScope {
    do {
      return ImportScope(profile: client.session.profile, projectID: try await client.session.projectID())
    } catch {
      throw ImportError(wrapping: error, request: request)
    }
  }

  /// The key that is given, or the derived one.
  func key(
    for request: ImportRequest, in scope: ImportScope, _ options: SubmitOptions
  ) throws(ImportError) -> String {
    guard let key = options.key else { return ImportKey.derived(from: request, in: scope) }
    if let fault = ImportKey.fault(of: key) {
      throw ImportError(kind: .argument, message: fault, hint: "Give a short name, such as web01-2024w03.")
    }
    return key
  }

  /// A record that is not in the store yet.
  func draft(
    _ request: ImportRequest, _ scope: ImportScope, key: String, _ options: SubmitOptions
  ) -> ImportRecord {
    let now = client.time.now
    let id = makeID(now, key)
    return ImportRecord(
      id: id, scope: scope, profile: client.session.profile.name, key: key, request: request,
      isMarked: options.marksImage && ImportMarker.marked(request, with: id) != nil, createdAt: now,
      trace: trace?.context(of: id, request))
  }
}
