import CloudAccess
import ImageImport

/// What tells the answers that a dry run makes up from those of a cloud.
public enum SyntheticMark {
  /// The member that is true in every answer made up.
  public static let member = "slipway_synthetic"

  /// What ids begin with that no cloud gave.
  public static let prefix = "dry-run-"

  static func isOn(_ status: JobStatus) -> Bool { status.raw[member]?.boolValue == true }

  static func isOn(_ error: ImportError) -> Bool {
    if let status = error.jobStatus, isOn(status) { return true }
    return error.requestID?.hasPrefix(prefix) == true
  }
}
