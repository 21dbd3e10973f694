import CloudAccess
import DiskImages

extension OSVersions {
  /// The listed value for a system that was found on a disk.
  ///
  /// Exact is the same distribution in the same version, as far as the list tells versions apart. Else it is the nearest of the same
  /// major version, the newest that is not newer first, and the note says what differs. Of spellings that mean the same, the one of
  /// the API reference wins, for a disk that boots with UEFI one of the list of such systems. `firmware` is `uefi` or `bios` where the
  /// disk tells.
  public static func suggestion(
    for system: OperatingSystem, firmware: String? = nil, dialect: CloudDialect
  ) -> OSVersionSuggestion {
    let name = system.displayName
    if system.id == "windows" { return windowsSuggestion(for: system, firmware: firmware, dialect: dialect) }
    guard let distribution = Distribution(system) else {
      return OSVersionSuggestion(note: "no list of this service has \(name)")
    }
    let version = distribution.version(of: system)
    let entries = all.filter { $0.platform == distribution.rawValue }
    let usable = entries.filter { !$0.isBare && $0.isListed(for: dialect) }
    guard !usable.isEmpty else {
      let isBare = entries.contains { $0.isBare && $0.isListed(for: dialect) }
      return OSVersionSuggestion(
        note: isBare
          ? "the documents list \(distribution.rawValue) by its numbers alone; take the full text from the console"
          : "no list of this service has \(name)")
    }
    let bits = system.architecture == "i386" || system.architecture == "arm" ? 32 : 64
    let candidates = usable.filter { ($0.bits ?? bits) == bits && !version.isEmpty }
      .map { (entry: $0, version: numbers($0.value) + (servicePack(in: $0.value).map { [$0] } ?? [])) }
      .filter { same($0.version, version, count: distribution.essential) }
    var exact = candidates.filter {
      version.count >= distribution.significant && same($0.version, version, count: distribution.significant)
    }
    // The same point release is best, then the release as such, then another point release of it.
    for isBetter in [
      { same($0, version, count: 4) }, { same($0, Array(version.prefix(distribution.significant)), count: 4) },
    ]
      as [([Int]) -> Bool]
    {
      let better = exact.filter { isBetter($0.version) }
      if !better.isEmpty {
        exact = better
        break
      }
    }
    let isUEFI = firmware == "uefi"
    if let best = exact.max(by: { isWorse($0, $1, than: version, isUEFI) }) {
      return OSVersionSuggestion(value: best.entry.value, isExact: true)
    }
    guard let nearest = candidates.max(by: { isWorse($0, $1, than: version, isUEFI) }) else {
      return OSVersionSuggestion(note: "no list of this service has \(name)")
    }
    let told = version.map(String.init).joined(separator: ".")
    return OSVersionSuggestion(
      value: nearest.entry.value,
      note: version.count < distribution.significant
        ? "the disk says \(distribution.rawValue) \(told), but not which release of it; this is the newest listed"
        : "the disk has \(distribution.rawValue) \(shown(system, told)), the nearest listed is this")
  }

  private static func shown(_ system: OperatingSystem, _ numbers: String) -> String {
    system.fullVersion ?? system.version ?? system.versionID ?? numbers
  }

  private typealias Candidate = (entry: OSVersion, version: [Int])

  /// Whether the left one fits worse.
  private static func isWorse(_ left: Candidate, _ right: Candidate, than version: [Int], _ isUEFI: Bool) -> Bool {
    let (one, other) = (rank(left, version, isUEFI), rank(right, version, isUEFI))
    return one.lexicographicallyPrecedes(other)
  }

  /// Higher is better: not newer than the system, near to it, in the list for UEFI where that counts, in the API reference.
  private static func rank(_ candidate: Candidate, _ version: [Int], _ isUEFI: Bool) -> [Int] {
    let length = max(candidate.version.count, version.count)
    let (listed, own) = (padded(candidate.version, length), padded(version, length))
    // What the system does not tell may be anything: the newest is taken.
    let isNewer = version.count > 1 && own.lexicographicallyPrecedes(listed)
    return [isNewer ? 0 : 1] + (isNewer ? listed.map { -$0 } : listed)
      + [isUEFI && candidate.entry.supportsUEFI ? 1 : 0, candidate.entry.inOTCReference ? 1 : 0]
  }

  private static func padded(_ version: [Int], _ count: Int) -> [Int] {
    version + [Int](repeating: 0, count: max(0, max(count, 4) - version.count))
  }

  private static func same(_ left: [Int], _ right: [Int], count: Int) -> Bool {
    let (left, right) = (padded(left, count), padded(right, count))
    return left.prefix(count).elementsEqual(right.prefix(count))
  }

  /// The numbers of the first word of a value that begins with one: 22, 4 of `Ubuntu 22.04 Server 64bit`.
  static func numbers(_ text: String) -> [Int] {
    let word = text.split(separator: " ").first { $0.first.map { $0.isASCII && $0.isNumber } == true }
    return word.map { $0.split(separator: ".").prefix(4).compactMap { Int($0.prefix(9)) } } ?? []
  }

  /// The number behind `SP`.
  static func servicePack(in text: String) -> Int? {
    guard let place = text.firstRange(of: "SP") else { return nil }
    return Int(text[place.upperBound...].prefix { $0.isASCII && $0.isNumber }.prefix(4))
  }
}

extension DiskInspection {
  /// The value of `os_version` for the system on the disk; nil where none was found.
  public func suggestedOSVersion(for dialect: CloudDialect) -> OSVersionSuggestion? {
    operatingSystem.map { OSVersions.suggestion(for: $0, firmware: firmwareHint, dialect: dialect) }
  }
}
