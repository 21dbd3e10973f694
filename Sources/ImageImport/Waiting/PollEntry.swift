import CloudAccess
import Foundation

/// What the planner knows about one job.
struct PollEntry: Sendable {
  /// Where the next question about it stands.
  enum Place { case none, queued, urgent, asked }

  /// Tells it from an earlier job of the same id, whose answer may still come.
  let token: Int
  let size: JobDurations.Size
  var machine: JobPollStateMachine

  /// The moment under which the heap holds the job; other moments in the heap are stale.
  var scheduled: Duration?
  var place = Place.none

  /// The images for which it was asked about.
  var tried: Set<String> = []

  /// Whether a list showed its image as killed.
  var isSeenKilled = false

  /// The image with its marker, as a list showed it.
  @IndirectOptional var image: ImageRecord?
}
