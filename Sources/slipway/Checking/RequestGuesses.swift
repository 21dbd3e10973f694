import CloudAccess
import ImageImport
import LuaHost

/// Values that a field may well have where only the run knows it, so far apart that what is found with all of them does not depend on it.
struct RequestGuesses {
  /// The most combinations that are looked at; beyond, a spread of them.
  static let most = 96

  private let values: [String: [LuaValue]]

  init(dialect: CloudDialect) {
    let systems = OSVersions.listed(for: dialect)
    let stride = max(1, systems.count / 10)
    var names = systems.indices.filter { $0 % stride == 0 }.map { systems[$0].value }
    names += systems.first(where: \.supportsUEFI).map { [$0.value] } ?? []
    names += systems.last { $0.value.hasPrefix("Windows") }.map { [$0.value] } ?? []
    values = [
      "name": ["web01"], "description": ["text"], "image_url": ["images:web01.zvhd2", "images:web01.raw"],
      "os_version": names.map { .string(LuaString($0)) }, "min_disk": [1, 10, 40, 100, 1024],
      "type": ["ECS", "BMS", "DataImage"], "architecture": ["x86", "arm"], "hw_firmware_type": ["bios", "uefi"],
      "os_type": ["Linux", "Windows"], "license_type": ["platform", "byol"], "enterprise_project_id": ["0"],
      "tags": [.table(LuaTable(array: ["team.platform"]))],
      "image_tags": [.table(LuaTable(entries: [(key: "team", value: "platform")]))],
    ]
  }

  /// Combinations of values for these fields; nothing is one of the values of each, since a variable may be nil.
  ///
  /// It comes last, so that a sound request is soon known to be one.
  func fillings(of open: Set<String>) -> [[String: LuaValue]] {
    let fields = open.sorted().map { ($0, (values[$0] ?? []) + [LuaValue.nil]) }
    let count = fields.reduce(1) { min(Self.most + 1, $0 * $1.1.count) }
    guard count > Self.most else {
      return fields.reduce([[:]]) { fillings, field in
        fillings.flatMap { filling in field.1.map { filling.merging([field.0: $0]) { _, new in new } } }
      }
    }
    // Steps that share no factor run through the values of the fields against each other.
    return (0..<Self.most).map { number in
      var filling: [String: LuaValue] = [:]
      for (place, field) in fields.enumerated() {
        let values = field.1
        let step = Self.steps[place % Self.steps.count]
        filling[field.0] = values[(number * step + number / values.count) % values.count]
      }
      return filling
    }
  }

  private static let steps = [1, 3, 7, 11, 13, 17, 19, 23]
}
