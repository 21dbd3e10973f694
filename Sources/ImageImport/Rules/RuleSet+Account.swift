import CloudAccess

/// Rules 57 to 64: project, region, account.
extension RuleSet {
  static let accountRules = [
    enterpriseProject, projectID, credentialScope, bucketRegion, bucketReadable, quotaLeft, concurrentTasks,
    oneImagePerTask,
  ]

  private static let enterpriseProject = ValidationRule(
    57, "enterprise-project", field: "enterprise_project_id", "empty, 0, or a UUID", code: "IMG.0155",
    hint: "Give the UUID of the enterprise project, or leave the field out."
  ) { probe in
    guard let id = probe.request.enterpriseProjectID, !id.isEmpty, id != "0", !RuleSet.isUUID(id) else { return }
    let hint = id == "all_granted_eps" ? "all_granted_eps is for list filters only; name one enterprise project." : nil
    probe.report("enterprise_project_id must be 0 or a UUID, but is \(Quoted.text(id)).", hint: hint)
  }

  private static let projectID = ValidationRule(
    58, "project-id", field: "project_id", "32 hexadecimal digits, or a UUID on some clouds", .warning,
    code: "IMG.0067",
    hint: "Check the project id of the profile."
  ) { probe in
    guard let id = probe.projectID else { return }
    if (id.utf8.count == 32 && id.utf8.allSatisfy(RuleSet.isHex)) || RuleSet.isUUID(id) { return }
    probe.report("The project id should have 32 hexadecimal digits, but is \(Quoted.text(id)).")
  }

  private static let credentialScope = ValidationRule(
    59, "credential-scope", field: "project_id", "token or key scoped to the project of the region", stage: .preflight,
    code: "IMG.0030", hint: "Use credentials of that project.")

  private static let bucketRegion = ValidationRule(
    60, "bucket-region", field: "image_url", "bucket in the region of the image service", stage: .preflight,
    code: "IMG.0058", hint: "Use a bucket of the same region.")

  private static let bucketReadable = ValidationRule(
    61, "bucket-readable", field: "image_url", "bucket readable by the caller; a 403 is only warned about",
    stage: .preflight, code: "IMG.0069", hint: "Check the bucket's name and policy.")

  private static let quotaLeft = ValidationRule(
    62, "quota-left", field: "name", "private image quota left", stage: .preflight, code: "IMG.0015",
    hint: "Delete images or have the quota raised.")

  private static let concurrentTasks = ValidationRule(
    63, "concurrent-tasks", field: "name", "at most 40 image tasks of an account at once; submissions wait for room",
    stage: .afterwards, code: "IMG.0060")

  private static let oneImagePerTask = ValidationRule(
    64, "one-image-per-task", field: "name", "one image a request", stage: .afterwards, code: "IMG.0194")

  /// Whether a text has the form 8-4-4-4-12 of hexadecimal digits.
  static func isUUID(_ text: String) -> Bool {
    guard text.utf8.count == 36 else { return false }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.utf8.allSatisfy(isHex) }
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
