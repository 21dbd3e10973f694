import CloudAccess
import ImageImport

/// What a branch of a dry run takes for granted: results of one place fail with a code.
struct DryRunAssumption: Sendable, Hashable {
  /// Which results of the place.
  enum Extent: Sendable, Hashable {
    /// The first one; of `ims.import_all` that of the image with this number, from 0.
    case first(index: Int?)
    case all
  }

  var site: DryRunSite
  var extent: Extent
  var code: String

  /// The code of a failed job where a script mentions none.
  static let usualFailure = "IMG.0057"

  /// The code of a refused submission where a script mentions none.
  static let usualRefusal = "IMG.0015"

  /// The status of another server that fails.
  static let serverFailure = "500"

  /// Codes with which the service answers the submission itself; with all others a job fails.
  private static let refusals: Set<String> = [
    "IMG.0001", "IMG.0007", "IMG.0009", "IMG.0013", "IMG.0015", "IMG.0017", "IMG.0018", "IMG.0024", "IMG.0026",
    "IMG.0030", "IMG.0056", "IMG.0060", "IMG.0087", "IMG.0194",
  ]

  /// Whether the service refuses the submission, rather than let its job fail.
  static func isRefusal(_ code: String) -> Bool { refusals.contains(code) }

  /// The codes to try at a place, of those that a script mentions, and one that it does not.
  static func codes(at site: DryRunSite, mentioned: [String]) -> [String] {
    if site.function.hasPrefix("http.") { return [serverFailure] }
    if let codes = site.asked.codes(mentioned: mentioned) { return codes }
    let mentioned = mentioned.filter { $0.hasPrefix("IMG.") }
    let fitting: [String]
    switch site.function {
    case "image:submit": fitting = mentioned.filter(isRefusal)
    case "job:wait", "job:poll": fitting = mentioned.filter { !isRefusal($0) }
    default: fitting = mentioned
    }
    let usual = site.function == "image:submit" ? usualRefusal : usualFailure
    if !fitting.contains(usual) { return fitting + [usual] }
    // Another one, so that what the script does with a code it does not know is followed, too.
    return fitting + (site.function == "image:submit" ? ["IMG.0026"] : ["IMG.0014"])
  }

  var text: String {
    let which =
      switch extent {
      case .first: "the first \(site.asked.noun)"
      case .all: "every \(site.asked.noun)"
      }
    return "\(which) of \(site.text) is \(code)"
  }

  var json: JSONValue {
    var members: [String: JSONValue] = ["at": site.json, "code": .string(code)]
    members["meaning"] = ErrorCatalogue.entry(code).map { .string($0.meaning) }
    members["which"] = extent == .all ? "all" : "first"
    return .object(members)
  }
}
