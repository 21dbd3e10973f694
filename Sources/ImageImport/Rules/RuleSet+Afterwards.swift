import CloudAccess

/// Rules 78 to 80: what is checked after the submission, by the submitter and the job's state machine.
extension RuleSet {
  static let afterwardsRules = [
    ValidationRule(
      78, "job-id-present", field: "job_id",
      "a success without a job_id is a failure of unknown outcome: the image is looked up by name", stage: .afterwards),
    ValidationRule(
      79, "image-id-present", field: "image_id", "a job that succeeded without an image id: look the image up by name",
      .warning, stage: .afterwards),
    ValidationRule(
      80, "failure-kept", field: "error_code", "a failed job keeps error_code, fail_reason and the errors of its parts",
      stage: .afterwards),
  ]
}
