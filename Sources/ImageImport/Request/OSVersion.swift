import CloudAccess

/// One listed value of `os_version`.
public struct OSVersion: Sendable, Hashable {
  /// Exactly as printed.
  public var value: String
  public var platform: String

  /// `Linux` or `Windows`; nil where the documents do not say.
  public var osType: String?

  /// 32 or 64; nil where the value does not say.
  public var bits: Int?

  /// In the API reference of Open Telekom Cloud, the list the quick import page points at.
  public var inOTCReference: Bool

  /// In the console guide of Open Telekom Cloud, which is wider and newer.
  public var inOTCGuide: Bool

  /// In the API reference of Huawei Cloud of 2022.
  public var inHuaweiReference: Bool

  /// In the OTC table of systems with UEFI boot.
  public var supportsUEFI: Bool

  /// A version without the system's name: the full text is not documented, so it must not be sent as it stands.
  public var isBare: Bool

  /// Whether a document of this dialect lists the value.
  public func isListed(for dialect: CloudDialect) -> Bool {
    switch dialect {
    case .otc: inOTCReference || inOTCGuide
    case .huawei: inHuaweiReference
    }
  }

  /// From a row of the table; nil for a malformed one.
  init?(row: Substring) {
    let cells = row.split(separator: "\t", omittingEmptySubsequences: false)
    guard cells.count == 6 else { return nil }
    value = String(cells[0])
    platform = String(cells[1])
    osType = cells[2] == "-" ? nil : String(cells[2])
    bits = Int(cells[3])
    inOTCReference = cells[4].contains("a")
    inOTCGuide = cells[4].contains("u")
    inHuaweiReference = cells[4].contains("h")
    supportsUEFI = cells[5].contains("u")
    isBare = cells[5].contains("b")
  }
}
