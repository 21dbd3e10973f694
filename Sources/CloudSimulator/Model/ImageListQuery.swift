import Foundation

/// The filters, order and page of an image list request.
///
/// Conditions on things that a quick import never sets (`__whole_image`, GPU support and the like) are kept as text and compared
/// with the image's extension attributes, so that they match nothing rather than everything.
struct ImageListQuery: Sendable, Equatable {
  /// A point in time compared as `op:time`.
  struct Moment: Sendable, Equatable {
    enum Comparison: String, Sendable { case gt, gte, lt, lte, eq, neq }
    var comparison: Comparison
    var date: Date

    /// Compares whole seconds, as the API shows them.
    func accepts(_ other: Date) -> Bool {
      let (left, right) = (other.timeIntervalSince1970.rounded(.down), date.timeIntervalSince1970.rounded(.down))
      switch comparison {
      case .gt: return left > right
      case .gte: return left >= right
      case .lt: return left < right
      case .lte: return left <= right
      case .eq: return left == right
      case .neq: return left != right
      }
    }
  }

  /// A value that does not fit its parameter.
  struct BadParameter: Error, Sendable {
    var name: String
    var value: String
    var expected: String
  }

  enum SortKey: String, Sendable {
    case name, status, id, size
    case containerFormat = "container_format"
    case diskFormat = "disk_format"
    case createdAt = "created_at"
    case updatedAt = "updated_at"
  }

  /// Exact matches by parameter name, all of which must hold.
  var equals: [(name: String, value: String)] = []
  var id: String?
  var name: String?
  var tags: [ImageState.Tag] = []
  var created: [Moment] = []
  var updated: [Moment] = []
  var sortKey = SortKey.createdAt
  var ascending = false
  var limit: Int
  var marker: String?

  /// Reads the query items of a list request; unknown parameters are ignored, as by the service.
  init(items: [(name: String, value: String)], defaultLimit: Int, largestLimit: Int = 1000) throws(BadParameter) {
    limit = defaultLimit
    for (name, value) in items {
      switch name {
      case "id": id = value
      case "name": self.name = value
      case "tag":
        let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        tags.append(.init(key: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : ""))
      case "created_at": created.append(try Self.moment(name, value))
      case "updated_at": updated.append(try Self.moment(name, value))
      case "sort_key":
        guard let key = SortKey(rawValue: value) else {
          throw BadParameter(
            name: name, value: value, expected: "name, container_format, disk_format, status, id, size or created_at")
        }
        sortKey = key
      case "sort_dir":
        guard value == "asc" || value == "desc" else {
          throw BadParameter(name: name, value: value, expected: "asc or desc")
        }
        ascending = value == "asc"
      case "limit":
        guard let number = Int(value), number >= 0 else {
          throw BadParameter(name: name, value: value, expected: "an integer of 0 or more")
        }
        limit = min(number, largestLimit)
      case "marker": marker = value
      default:
        if name.hasPrefix("__") || Self.compared.contains(name) { equals.append((name, value)) }
      }
    }
  }

  private static let compared: Set<String> = [
    "protected", "visibility", "owner", "status", "container_format", "disk_format", "min_ram", "min_disk",
    "virtual_env_type",
    "enterprise_project_id", "architecture", "member_status",
  ]

  private static func moment(_ name: String, _ value: String) throws(BadParameter) -> Moment {
    guard let colon = value.firstIndex(of: ":"), let comparison = Moment.Comparison(rawValue: String(value[..<colon])),
      let date = CloudDate.parse(String(value[value.index(after: colon)...]))
    else {
      throw BadParameter(
        name: name, value: value, expected: "an operator such as gte, a colon and a time like 2024-01-15T08:30:00Z")
    }
    return Moment(comparison: comparison, date: date)
  }

  static func == (left: ImageListQuery, right: ImageListQuery) -> Bool {
    left.id == right.id && left.name == right.name && left.tags == right.tags && left.created == right.created
      && left.updated == right.updated && left.sortKey == right.sortKey && left.ascending == right.ascending
      && left.limit == right.limit && left.marker == right.marker
      && left.equals.elementsEqual(right.equals) { $0 == $1 }
  }

  /// Whether the image meets every condition; tags count only when they show.
  func matches(_ image: ImageState, owner: String, visibleTags: [ImageState.Tag]) -> Bool {
    if let id, id != image.id { return false }
    if let name, name != image.name { return false }
    for tag in tags where !visibleTags.contains(tag) { return false }
    for moment in created where !moment.accepts(image.createdAt) { return false }
    for moment in updated where !moment.accepts(image.updatedAt) { return false }
    for (name, value) in equals where !accepts(name, value, image, owner) { return false }
    return true
  }

  private func accepts(_ name: String, _ value: String, _ image: ImageState, _ owner: String) -> Bool {
    switch name {
    case "__imagetype": value == "private"
    case "__isregistered": value.lowercased() == (image.status == .active ? "true" : "false")
    case "__os_type": value == image.osType
    case "__os_bit": value == image.osBit
    case "__platform": value == image.platform
    case "__os_version": value == image.osVersion
    case "protected": value.lowercased() == String(image.isProtected)
    case "visibility": value == "private"
    case "owner": value == owner
    case "status": value == image.status.rawValue
    case "container_format": value == "bare"
    case "disk_format": value == image.diskFormat
    case "min_ram": Int(value) == image.minRAM
    case "min_disk": Int(value) == image.minDisk
    case "virtual_env_type": value == image.environment
    case "enterprise_project_id": value == image.enterpriseProject || value == "all_granted_eps"
    case "architecture": value == (image.isARM ? "arm" : "x86")
    case "member_status": false
    case "__whole_image": value.lowercased() == "false"
    case "__support_kvm": value.lowercased() == "true" && !image.isARM
    default: image.extras[name] == value
    }
  }

  /// Whether `left` stands before `right` in the list; ties follow the order of creation.
  func precedes(_ left: ImageState, _ right: ImageState) -> Bool {
    func decide<Value: Comparable>(_ a: Value, _ b: Value) -> Bool {
      if a != b { return ascending ? a < b : a > b }
      return ascending ? left.sequence < right.sequence : left.sequence > right.sequence
    }
    return switch sortKey {
    case .name: decide(left.name, right.name)
    case .status: decide(left.status.rawValue, right.status.rawValue)
    case .id: decide(left.id, right.id)
    case .diskFormat: decide(left.diskFormat, right.diskFormat)
    case .updatedAt: decide(left.updatedAt, right.updatedAt)
    case .containerFormat, .size, .createdAt: decide(left.sequence, right.sequence)
    }
  }
}
