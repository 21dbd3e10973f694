import CloudAccess
import Synchronization

/// Keeps the calls of a session within a ``RequestBudget``.
///
/// There is one for each cloud and region. The session asks it before every request, repetitions included, and tells it every refusal;
/// the scheduler takes the tokens of its questions itself, since it can do something better than sleep.
public final class RequestLimiter: RequestGovernor {
  private let time: any TimeSource
  private let budget: Mutex<RequestBudget>
  private let counts = Mutex([Int](repeating: 0, count: RequestKind.allCases.count))

  public init(policy: RequestBudget.Policy = RequestBudget.Policy(), time: any TimeSource) {
    self.time = time
    budget = Mutex(RequestBudget(policy: policy, now: time.monotonic))
  }

  /// How many requests of a kind were made.
  public func count(of kind: RequestKind) -> Int { counts.withLock { $0[kind.rawValue] } }

  /// Requests a second at present.
  public var rate: Double { budget.withLock { $0.rate } }

  /// Works on the budget, alone.
  func withBudget<Result>(_ body: (inout RequestBudget) -> Result) -> Result { budget.withLock { body(&$0) } }

  public func admit(_ call: APICall) async throws {
    guard let kind = RequestKind(call) else { return }
    if !call.isPaidFor { try await pause(for: kind) }
    counts.withLock { $0[kind.rawValue] += 1 }
  }

  /// Returns when a request of this kind may leave, and takes its token.
  func pause(for kind: RequestKind) async throws {
    var pause = budget.withLock { $0.reserve(kind, now: time.monotonic) }
    while pause > .zero {
      do {
        try await time.sleep(for: pause)
      } catch {
        budget.withLock { $0.giveBack(kind) }
        throw error
      }
      pause = budget.withLock { max(.zero, $0.pausedUntil - time.monotonic) }
    }
  }

  public func refused(_ call: APICall, _ error: CloudError, sentAt: Duration) {
    guard RequestKind(call) != nil, error.status == 429 || error.code == "APIGW.0308" else { return }
    let told = RetryAfter.throttle(in: error.message).map { Double($0.limit) / max($0.period.inSeconds, 1e-3) }
    budget.withLock {
      $0.throttled(sentAt: sentAt, retryAfter: error.retryAfter, told: told, now: time.monotonic)
    }
  }
}
