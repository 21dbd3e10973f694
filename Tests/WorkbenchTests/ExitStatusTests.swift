import CloudAccess
import ImageImport
import LuaHost
import Testing

@testable import Workbench

// Swift Testing has an ExitStatus of its own.
private typealias Status = Workbench.ExitStatus

@Suite("Exit statuses")
struct ExitStatusTests {
  @Test("Every status has the number the documentation gives")
  func numbers() {
    let all: [Status] = [
      .success, .failed, .raised, .usage, .refused, .unavailable, .detached, .notAuthorised, .configuration,
      .interrupted,
    ]
    #expect(all.map(\.code) == [0, 1, 2, 64, 65, 69, 75, 77, 78, 130])
    #expect(Status.exit(7).code == 7)
    #expect(Status.exit(256 + 3).code == 3)
    #expect(Status.exit(-1).code == 255)
  }

  @Test("Each kind of import error leads to its status, whether it comes bare or through Lua")
  func kinds() {
    let expected: [ImportError.Kind: Status] = [
      .validation: .refused, .preflight: .refused, .authentication: .notAuthorised, .permission: .notAuthorised,
      .not_found: .failed, .conflict: .failed, .quota: .failed, .throttled: .unavailable, .service: .unavailable,
      .network: .unavailable, .timeout: .detached, .job_failed: .failed, .cancelled: .interrupted, .capability: .raised,
      .argument: .raised,
    ]
    for kind in ImportError.Kind.allCases {
      let error = ImportError(kind: kind, message: "m")
      #expect(Status(error) == expected[kind])
      #expect(Status(LuaError(kind: .runtime, message: "m", underlying: error)) == expected[kind])
    }
  }

  @Test("What is wrong with Lua itself is 2, os.exit is what it says, cancellation is 130")
  func lua() {
    for kind: LuaError.Kind in [.runtime, .memory, .limit(.instructions), .syntax(incomplete: true)] {
      #expect(Status(LuaError(kind: kind, message: "m")) == .raised)
    }
    #expect(Status(LuaError(kind: .exit(0), message: "")) == .success)
    #expect(Status(LuaError(kind: .exit(65), message: "")).code == 65)
    #expect(Status(LuaError(kind: .cancelled, message: "")) == .interrupted)
    #expect(Status(CancellationError()) == .interrupted)
  }

  @Test("Cloud errors and wrong configuration are told apart")
  func others() {
    #expect(Status(CloudError(kind: .network, message: "refused")) == .unavailable)
    #expect(Status(CloudError(kind: .authentication, message: "no")) == .notAuthorised)
    #expect(Status(ConfigurationError(message: "no entry")) == .configuration)
    #expect(Status(ScriptFileError(message: "no file")) == .usage)
  }
}
