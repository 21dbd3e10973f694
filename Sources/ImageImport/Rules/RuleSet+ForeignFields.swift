import CloudAccess

/// Rules 42 to 45: fields that are not, or not everywhere, fields of a quick import.
extension RuleSet {
  static let foreignFieldRules = [licenseType, encryptionKey, ordinaryImportFields, unknownFields]

  /// Fields of the ordinary import, which a quick import ignores.
  static let ordinaryFields = ["is_config", "min_ram", "max_ram", "data_images", "is_quick_import"]

  private static let licenseType = ValidationRule(
    42, "license-type", field: "license_type", "platform or byol, Windows only, Huawei Cloud only",
    .otc(.warning, huawei: .error), hint: "Leave license_type out.",
    differs: "no field of OTC, so a warning there; an error for other values on Huawei Cloud"
  ) { probe in
    guard let value = probe.request[.licenseType] else { return }
    if probe.dialect == .otc {
      probe.report("license_type is no field of this cloud, but is \(Quoted.value(value)).")
      return
    }
    probe.checkValue(probe.request.licenseType, of: "license_type", in: ["platform", "byol"])
    if probe.request.kind == .data || !RuleSet.isWindows(probe.request.osVersion) {
      probe.report("license_type is for Windows system disks only.", severity: .warning)
    }
  }

  private static let encryptionKey = ValidationRule(
    43, "encryption-key", field: "cmk_id", "not a field of a quick import: the image would not be encrypted",
    hint: "Leave cmk_id out; to get an encrypted image, use the ordinary import or copy the image with a key."
  ) { probe in
    guard probe.request["cmk_id"] != nil else { return }
    probe.report("cmk_id is no field of a quick import; it is ignored, and the image would not be encrypted.")
  }

  private static let ordinaryImportFields = ValidationRule(
    44, "ordinary-import-fields", field: "is_config",
    "is_config, min_ram, max_ram, data_images, is_quick_import belong to the ordinary import", .warning,
    hint: "Leave it out; a quick import ignores it."
  ) { probe in
    for field in RuleSet.ordinaryFields where probe.request[field] != nil {
      probe.report("\(field) is a field of the ordinary import only.", field: field)
    }
  }

  private static let unknownFields = ValidationRule(
    45, "unknown-field", field: "body", "no unknown field", .warning, hint: "Leave it out, or check its spelling."
  ) { probe in
    for field in probe.request.unknownFields where field != "cmk_id" && !RuleSet.ordinaryFields.contains(field) {
      let near = RequestField.nearest(to: field).map { "Did you mean \($0)?" }
      probe.report("\(Quoted.text(field)) is no field of a quick import.", field: field, hint: near)
    }
  }
}
