import Foundation

/// A job of the project: its machine, and what it makes.
struct JobRecord: Sendable, Equatable {
  /// 32 hexadecimal digits.
  let id: String
  /// job_type of the answers.
  let type: String
  let imageID: String
  let imageName: String
  /// Cloud time of the accepted request.
  let created: Date
  var machine: JobMachine
  /// What faults decided about it.
  var order: JobOrder?
}
