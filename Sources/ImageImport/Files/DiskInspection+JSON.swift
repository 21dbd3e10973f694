import CloudAccess
import DiskImages

extension DiskInspection {
  /// The report as JSON: what `slipway inspect --output json` prints, and what scripts get as a table.
  ///
  /// Fields that are not known are left out. Sizes are bytes, `min_disk` is GiB. `dialect` is the cloud's whose list of systems is
  /// used for `suggested_os_version`.
  public func json(for dialect: CloudDialect) -> JSONValue {
    var fields: [String: JSONValue] = [
      "format": .string(format.rawValue), "file_size": Self.number(fileSize), "importable": .bool(isImportable),
      "reasons": .array(reasons.map(JSONValue.string)), "findings": .array(findings.map(\.json)),
    ]
    fields["variant"] = variant.map(JSONValue.string)
    fields["disk_usage"] = diskUsage.map(Self.number)
    fields["virtual_size"] = virtualSize.map(Self.number)
    fields["allocated_size"] = allocatedSize.map(Self.number)
    fields["min_disk"] = minDisk.map { .integer(Int64($0)) }
    fields["hw_firmware_type_hint"] = firmwareHint.map(JSONValue.string)
    fields["partition_table"] = partitionTable.map(JSONValue.string)
    fields["file_system"] = fileSystem.map(JSONValue.string)
    fields["operating_system"] = operatingSystem?.json
    fields["operating_system_search"] = systemSearch?.json
    fields["suggested_os_version"] = suggestedOSVersion(for: dialect)?.json
    fields["advice"] = advice.map(JSONValue.string)
    if !partitions.isEmpty { fields["partitions"] = .array(partitions.map(\.json)) }
    if !details.isEmpty {
      fields["details"] = .object(Dictionary(details.map { ($0.name, $0.value.json) }) { first, _ in first })
    }
    return .object(fields)
  }

  fileprivate static func number(_ value: UInt64) -> JSONValue { .integer(Int64(clamping: value)) }
}

extension OperatingSystem {
  /// Its fields in the names of os-release; those that are not known are left out.
  public var json: JSONValue {
    var fields: [String: JSONValue] = ["id": .string(id), "path": .string(path)]
    fields["name"] = name.map(JSONValue.string)
    fields["version_id"] = versionID.map(JSONValue.string)
    fields["version"] = version.map(JSONValue.string)
    fields["full_version"] = fullVersion.map(JSONValue.string)
    fields["pretty_name"] = prettyName.map(JSONValue.string)
    fields["architecture"] = architecture.map(JSONValue.string)
    fields["partition"] = partition.map { .integer(Int64($0)) }
    fields["logical_volume"] = logicalVolume.map(JSONValue.string)
    return .object(fields)
  }
}

extension SystemSearch {
  /// What the look cost, and why it found nothing.
  fileprivate var json: JSONValue {
    var fields: [String: JSONValue] = [
      "reads": .integer(Int64(cost.reads)), "bytes_read": DiskInspection.number(cost.bytes),
    ]
    fields["reason"] = reason.map(JSONValue.string)
    return .object(fields)
  }
}

extension OSVersionSuggestion {
  /// The value, whether it is exact, and what there is to be said.
  public var json: JSONValue {
    var fields: [String: JSONValue] = ["exact": .bool(isExact)]
    fields["value"] = value.map(JSONValue.string)
    fields["note"] = note.map(JSONValue.string)
    return .object(fields)
  }
}

extension DiskFinding {
  /// Severity, message and, where there is one, the hint.
  fileprivate var json: JSONValue {
    var fields: [String: JSONValue] = ["severity": .string(severity.rawValue), "message": .string(message)]
    fields["hint"] = hint.map(JSONValue.string)
    return .object(fields)
  }
}

extension DiskPartition {
  fileprivate var json: JSONValue {
    var fields: [String: JSONValue] = [
      "number": .integer(Int64(number)), "offset": DiskInspection.number(offset),
      "length": DiskInspection.number(length), "type": .string(type),
    ]
    fields["type_name"] = typeName.map(JSONValue.string)
    if !name.isEmpty { fields["name"] = .string(name) }
    fields["file_system"] = fileSystem.map(JSONValue.string)
    if !label.isEmpty { fields["label"] = .string(label) }
    if isActive { fields["active"] = .bool(true) }
    return .object(fields)
  }
}

extension DiskDetail.Value {
  fileprivate var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .number(let number): DiskInspection.number(number)
    case .flag(let flag): .bool(flag)
    case .list(let items): .array(items.map(JSONValue.string))
    }
  }
}
