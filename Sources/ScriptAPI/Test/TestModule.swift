import LuaHost

/// The script module `test`: cases and checks for `slipway test`.
enum TestModule {
  static func make(_ context: ScriptContext) -> HostModule {
    let session = context.tests
    return HostModule(
      "test", "Tests of workflows, run by `slipway test`: each case has a local cloud and a clock of its own.",
      functions: [declare(session), beforeEach(session), equal, ok, raises, skip], types: [TestCloudObject.type])
  }

  private static let message = HostParameter("message", .string, "what was checked", optional: true)
  private static let caseFunction = LuaType.callback(
    LuaSignature([HostParameter("cloud", .object("test.Cloud"), "the cloud of the case")]))

  private static func needed(_ session: TestSession?, _ name: String) throws -> TestSession {
    guard let session else {
      throw ScriptFailure(
        kind: "capability", "\(name): no test is run here", hint: "run the file with `slipway test FILE`")
    }
    return session
  }

  private static let onlyInTests = RaisedError("capability", "the script was not started by `slipway test`")

  private static func declare(_ session: TestSession?) -> HostFunction {
    HostFunction(
      "test.case", "Declares a case: `f(cloud)` runs later, in a VM of its own with a fresh local cloud.",
      parameters: [
        HostParameter("name", .string, "what should be true, unique in the file"),
        HostParameter("f", caseFunction, "the case; it fails by raising an error"),
      ], since: "0.1"
    ) { arguments in
      try needed(session, "test.case").declare(
        arguments.string(0) ?? "", arguments.function(1), line: arguments.caller?.line ?? 0)
      return []
    }.documented(
      "The file itself runs once to list the cases and once more for each, so cases cannot disturb each other.",
      raises: [onlyInTests, RaisedError("argument", "the name is empty or taken, or the call stands inside a case")],
      example: """
        local ims, test = require "ims", require "test"

        test.case("an image is imported", function(cloud)
          cloud:put_object { bucket = "images", key = "web.zvhd2", size = "10GB" }
          local request = ims.data_image { name = "web", image_url = "images:web.zvhd2", min_disk = 20 }
          test.equal(ims.import(request).status, "SUCCESS")
          test.equal(cloud.requests.submit, 1)
        end)
        """)
  }

  private static func beforeEach(_ session: TestSession?) -> HostFunction {
    HostFunction(
      "test.before_each", "Runs `f(cloud)` before each case of the file, in the case's own VM.",
      parameters: [HostParameter("f", caseFunction, "what every case needs")], since: "0.1"
    ) { arguments in
      try needed(session, "test.before_each").addBefore(arguments.function(0))
      return []
    }.documented(
      raises: [onlyInTests, RaisedError("argument", "the call stands inside a case")],
      example: """
        local test = require "test"

        test.before_each(function(cloud) cloud:put_object { bucket = "images", key = "data.zvhd2" } end)
        """)
  }

  private static let failing = [RaisedError("test", "the check does not hold")]

  private static let equal = HostFunction(
    "test.equal", "Checks that two values are equal, tables part by part; raises an error that says where they differ.",
    parameters: [
      HostParameter("got", .any, "what came"), HostParameter("expected", .any, "what should have come"), message,
    ], since: "0.1"
  ) { arguments in
    if let text = ValueDifference.text(got: arguments[0], expected: arguments[1]) {
      throw TestFailure(text, own: arguments.string(2))
    }
    return []
  }.documented(
    "Numbers are compared as Lua does, and NaN equals NaN. Two functions are never equal; objects are when they are the same.",
    raises: failing,
    example: """
      local test = require "test"

      test.equal({ 1, 2, tags = { team = "web" } }, { 1, 2, tags = { team = "web" } })
      test.raises(function() test.equal({ size = 1 }, { size = 2 }, "the disk") end, "the disk: .size: got 1, expected 2")
      """)

  private static let ok = HostFunction(
    "test.ok", "Checks that a value is neither nil nor false.",
    parameters: [HostParameter("value", .any, "what to look at"), message], since: "0.1"
  ) { arguments in
    guard arguments[0].isTruthy else {
      throw TestFailure("got \(ValueDifference.brief(arguments[0])), expected a true value", own: arguments.string(1))
    }
    return []
  }.documented(
    raises: failing,
    example: """
      local test = require "test"

      test.ok(("web-01"):match "^web", "the name")
      """)

  private static let raises = HostFunction.waiting(
    "test.raises", "Checks that `f()` raises the error that is expected, and returns it.",
    parameters: [
      HostParameter("f", .function, "what should fail"),
      HostParameter(
        "expected", .union([.string, .map]),
        "a text in the message, or fields such as `{ kind = \"job_failed\", code = \"IMG.0057\" }`", optional: true),
    ], returns: [HostParameter("error", .any, "the error")], since: "0.1"
  ) { arguments in
    guard let function = arguments.function(0) else { return [] }
    return [try await RaisedCheck(arguments[1]).error(of: function)]
  }.documented(
    "Fields must be equal, but of `message` and `hint` a part is enough. The text is plain, not a pattern.",
    raises: failing,
    example: """
      local ims, test = require "ims", require "test"

      test.case("a request without a file is refused", function(cloud)
        local err = test.raises(function() ims.data_image { name = "x" }:submit() end, { kind = "validation" })
        test.ok(#err.report.errors >= 1)
        test.equal(cloud.requests.submit, 0)
      end)
      """)

  private static let skip = HostFunction(
    "test.skip", "Ends the case as skipped.",
    parameters: [HostParameter("reason", .string, "why it cannot be tried", optional: true)], since: "0.1"
  ) { arguments in
    throw TestSkip(reason: arguments.string(0) ?? "")
  }.documented(
    raises: [RaisedError("test", "always: this is how the case ends")],
    example: """
      local env, test = require "env", require "test"

      test.raises(function()
        if not env.get "NO_SUCH_VARIABLE" then test.skip "NO_SUCH_VARIABLE is not set" end
      end, "skipped: NO_SUCH_VARIABLE is not set")
      """)
}
