import CloudAccess
import CloudSimulator
import Foundation
import Testing

/// Records runs against the local cloud and replays them without any.
@Suite("slipway run --record and --replay")
struct RecordReplayTests {
  /// A directory with a local cloud that has the disk `images:x.zvhd2`.
  private func withCloud(_ body: (Place) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      let cloud = directory.appending(path: "cloud")
      try await ExampleFiles.disk(in: cloud, bucket: "images", key: "x.zvhd2")
      try await body(Place(directory: directory, cloud: cloud))
    }
  }

  private struct Place {
    let directory: URL
    let cloud: URL
    var tape: URL { directory.appending(path: "tape.jsonl") }

    func write(_ text: String, to name: String) throws -> String {
      let file = directory.appending(path: name)
      try text.write(to: file, atomically: true, encoding: .utf8)
      return file.path
    }

    func record(_ words: [String], _ options: [String] = [], state: String = "state") async throws -> Tool.Outcome {
      try await Tool.run(
        words + ["--local-cloud", cloud.path, "--record", tape.path] + options,
        environment: ["XDG_STATE_HOME": directory.appending(path: state).path])
    }

    func replay(_ words: [String], _ options: [String] = []) async throws -> Tool.Outcome {
      try await Tool.run(words + ["--replay", tape.path] + options)
    }

    func lines() throws -> [JSONValue] {
      try String(contentsOf: tape, encoding: .utf8).split(separator: "\n").map {
        try JSONValue(parsing: Array($0.utf8))
      }
    }
  }

  private static func fleet(_ count: Int, _ name: String = "web") -> String {
    """
    local ims = require "ims"
    local images = {}
    for i = 1, \(count) do
      images[i] = ims.system_image { name = ("\(name)-%03d"):format(i), image_url = "images:x.zvhd2", os_version = "CentOS 7.0 64bit", min_disk = 40 }
    end
    local failed = false
    for i, entry in ipairs(ims.import_all(images, { concurrency = 40 })) do
      failed = failed or not entry.result
      print(i, entry.result and entry.result.image_id or entry.error.kind .. ": " .. entry.error.message)
    end
    os.exit(not failed)
    """
  }

  @Test(
    "A replay prints what the recorded run printed and ends as it did, whatever went wrong",
    .timeLimit(.minutes(3)),
    arguments: [
      ([], 0), (["--fault", "throttled=1:job:every=3", "--fault", "throttled=1:submit:every=2"], 0),
      (["--fault", "reply_lost_after:submit:count=1"], 0), (["--fault", "reply_lost_before:job:every=2"], 0),
      (["--fault", "job_fails=IMG.0057:name=web-002"], 1), (["--fault", "token_refused:job:count=1"], 0),
      (["--fault", "status=502:job:every=2", "--fault", "reply_cut:image:every=2"], 0),
      (["--switch", "image_quota=2", "--switch", "concurrent_tasks=1", "--no-preflight"], 1),
      (["--output", "json"], 0),
    ] as [([String], Int32)])
  func faults(options: [String], status: Int32) async throws {
    try await withCloud { place in
      let script = try place.write(Self.fleet(4), to: "fleet.lua")
      let recorded = try await place.record(["run", script], options)
      #expect(recorded.status == status, "\(recorded.errors)")
      let own = options.filter { $0 == "--no-preflight" } + (options.contains("json") ? ["--output", "json"] : [])
      let replayed = try await place.replay(["run", script], own)
      #expect(replayed.status == status, "\(replayed.errors)")
      #expect(Self.printed(replayed.output) == Self.printed(recorded.output))
      #expect(!replayed.errors.contains("replay:") && !replayed.errors.contains("note:"), "\(replayed.errors)")
      #expect(replayed.errors.contains("nothing is sent"))
    }
  }

  /// What a script printed, and of events also how the imports ended, with all their ids.
  private static func printed(_ output: String) -> [String] {
    output.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("{"), var event = (try? JSONValue(parsing: Array(line.utf8)))?.objectValue else {
        return String(line)
      }
      guard ["output", "succeeded", "failed", "finished"].contains(event["event"]?.stringValue) else { return nil }
      event["time"] = nil
      return JSONValue.object(event).serialized()
    }.sorted()
  }

  @Test("Two hundred imports replay, too, in a fraction of the time and with the same lines", .timeLimit(.minutes(3)))
  func many() async throws {
    try await withCloud { place in
      let script = try place.write(Self.fleet(200), to: "fleet.lua")
      let recorded = try await place.record(["run", script], ["--switch", "image_quota=1000"])
      #expect(recorded.status == 0, "\(recorded.errors.suffix(500))")
      let replayed = try await place.replay(["run", script])
      #expect(replayed.status == 0, "\(replayed.errors.suffix(500))")
      #expect(replayed.output == recorded.output)
      #expect(!replayed.errors.contains("replay:"))
    }
  }

  /// Fifty tasks side by side, each with lines of its own at every turn, after sleeps too.
  private static let chatter = """
    local ims, task = require "ims", require "task"
    local images = {}
    for i = 1, 50 do
      images[i] = ims.system_image { name = ("web-%03d"):format(i), image_url = "images:x.zvhd2", os_version = "CentOS 7.0 64bit", min_disk = 40 }
    end
    local tick = task.spawn(function() while true do task.sleep(0.003) print "tick" end end)
    task.map(images, { concurrency = 50 }, function(image)
      print("begins", image.name)
      local job = image:submit()
      print("submitted", image.name)
      local result = job:wait()
      print("done", image.name, result.image_id)
      task.sleep(0.001)
      print("slept", image.name, job:poll().status)
    end)
    tick:cancel()
    """

  @Test("What fifty tasks print replays byte for byte, whatever came first that time", .timeLimit(.minutes(3)))
  func order() async throws {
    try await withCloud { place in
      let script = try place.write(Self.chatter, to: "chatter.lua")
      let recorded = try await place.record(["run", script], ["--switch", "image_quota=1000", "--clock-scale", "300"])
      #expect(recorded.status == 0, "\(recorded.errors.suffix(500))")
      for _ in 0..<3 {
        let replayed = try await place.replay(["run", script])
        #expect(replayed.status == 0, "\(replayed.errors.suffix(500))")
        let lines = zip(recorded.output.split(separator: "\n"), replayed.output.split(separator: "\n"))
        let first = lines.enumerated().first { $0.element.0 != $0.element.1 }
        #expect(replayed.output == recorded.output, "\(String(describing: first))")
      }
    }
  }

  @Test("Waiting for room is told in the replay as it was", .timeLimit(.minutes(2)))
  func waiting() async throws {
    try await withCloud { place in
      func waits(_ outcome: Tool.Outcome) throws -> [String] {
        try outcome.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
          .filter { $0["event"] == "waiting" }
          .map { event in
            ["image_name", "reason", "delay_seconds", "span_id"].map { event[$0]?.serialized() ?? "-" }.joined(
              separator: " ")
          }
      }
      let script = try place.write(Self.fleet(6), to: "fleet.lua")
      let recorded = try await place.record(
        ["run", script], ["--output", "json", "--switch", "concurrent_tasks=1", "--no-preflight"])
      #expect(recorded.status == 0, "\(recorded.errors)")
      let replayed = try await place.replay(["run", script], ["--output", "json", "--no-preflight"])
      #expect(replayed.status == 0, "\(replayed.errors)")
      let expected = try waits(recorded)
      #expect(!expected.isEmpty)
      #expect(try waits(replayed) == expected)
    }
  }

  @Test("A run that does not even begin leaves no cassette, and none is written over")
  func failedStart() async throws {
    try await withCloud { place in
      let good = try place.write("print 'ran'", to: "good.lua")
      let broken = try place.write("local = 1", to: "broken.lua")
      let project = try place.write("plugins: [nowhere]", to: "slipway.yaml")
      let cases: [([String], [String])] = [
        (["run", "none.lua"], []), (["run", broken], []), (["run", good], ["--project", project]),
        (["import", "none.raw", "--bucket", "images", "--name", "a", "--os-version", "CentOS 7.0 64bit"], []),
        (["run", place.directory.path], []),
      ]
      for (words, options) in cases {
        let outcome = try await place.record(words, options)
        #expect(outcome.status != 0, "\(words)")
        #expect(!FileManager.default.fileExists(atPath: place.tape.path), "\(words) \(outcome.errors)")
      }
      #expect(try await place.record(["run", good]).status == 0)
      let kept = try Data(contentsOf: place.tape)
      #expect(!kept.isEmpty)
      for (words, options) in cases + [(["run", good], [])] {
        #expect(try await place.record(words, options).status != 0)
        #expect(try Data(contentsOf: place.tape) == kept, "\(words)")
      }
      // One that fails later has something to show.
      try FileManager.default.removeItem(at: place.tape)
      let late = try place.write("require('ims').quota() error 'late'", to: "late.lua")
      #expect(try await place.record(["run", late]).status == 2)
      #expect(try place.lines().contains { $0["request"] != nil })
    }
  }

  @Test("Hours of waiting replay in no time, at the recorded times", .timeLimit(.minutes(2)))
  func hours() async throws {
    try await withCloud { place in
      let script = try place.write(
        "require('task').sleep('0.2s') print('slept') require('ims').quota()",
        to: "sleep.lua")
      #expect(try await place.record(["run", script]).status == 0)
      // Three hours later than it was: the answers wait for their moment.
      let text = try String(contentsOf: place.tape, encoding: .utf8)
      let late = text.replacing(/"at":0\./) { _ in "\"at\":10800." }
      try late.write(to: place.tape, atomically: true, encoding: .utf8)
      let replayed = try await place.replay(["run", script], ["--log-level", "debug"])
      #expect(replayed.status == 0, "\(replayed.errors)")
      #expect(replayed.output == "slept\n")
    }
  }

  @Test("The cassette is JSON, one object a line, its owner's alone, and begins with its version")
  func form() async throws {
    try await withCloud { place in
      let script = try place.write(Self.fleet(1), to: "fleet.lua")
      #expect(try await place.record(["run", script]).status == 0)
      let lines = try place.lines()
      #expect(lines[0]["slipway_cassette"] == 1)
      #expect(lines[0]["script"] == "fleet.lua")
      #expect(lines[1]["cloud"]?["region"] == "eu-de")
      #expect(lines.last?["end"]?["exit_status"] == 0)
      let mode = try FileManager.default.attributesOfItem(atPath: place.tape.path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  @Test("No secret of any kind is in the cassette", .timeLimit(.minutes(2)))
  func secrets() async throws {
    try await withCloud { place in
      let running = try Tool.start(["cloud", "--port", "0", "--clock-scale", "1000", "--data", place.cloud.path])
      try await running.waitFor("\n")
      let access = try JSONDecoder().decode(LocalCloudAccess.self, from: Data(running.output.utf8))
      let host = access.endpoint.dropFirst("http://".count)
      let hook = access.endpoint + "/hooks/T0PSECRETPATH"
      let script = try place.write(
        Self.fleet(2).replacing("os.exit(not failed)", with: "")
          + """

          local http, env = require "http", require "env"
          local token = env.require "API_TOKEN"
          local answer = http.get("\(access.endpoint)/x/" .. token .. "?access_token=QUERYSECRET1", { headers = { Authorization = "Bearer HEADERSECRET1", ["X-Api-Key"] = "HEADERSECRET2" } })
          print(answer.status)
          answer = http.post("\(access.endpoint)/y", { json = { password = "BODYSECRET1", nested = { { client_secret = "BODYSECRET2" } }, text = "with " .. token } })
          print(answer.status)
          """, to: "fleet.lua")
      let plugin = Tool.root.appending(path: "lua/plugins/webhook_notify").path
      let project = try place.write(
        """
        plugins:
          - name: webhook_notify
            path: \(plugin)
            config: { url: { env: HOOK_URL }, token: { env: HOOK_BEARER }, attempts: 1, events: [submitted, succeeded, run_finished] }
            grant: ["net:\(host)"]
        """, to: "slipway.yaml")
      let words = ["run", script, "--project", project, "--trust-grants", "--allow-net", String(host)]
      let auth = [
        "OS_AUTH_URL": access.endpoint + "/v3", "OS_USERNAME": access.user, "OS_PASSWORD": access.password,
        "OS_USER_DOMAIN_NAME": access.domain, "OS_PROJECT_NAME": access.project, "OS_REGION_NAME": access.region,
        "S3_ACCESS_KEY_ID": access.accessKey, "S3_SECRET_ACCESS_KEY": access.secretKey,
        "SLIPWAY_OBS_PATH_STYLE": "true",
      ]
      let hooks = ["HOOK_URL": hook, "HOOK_BEARER": "HOOKBEARER1", "API_TOKEN": "APITOKEN/1+2"]
      let recorded = try await Tool.run(
        words + ["--clock-scale", "1000", "--record", place.tape.path], environment: auth.merging(hooks) { $1 })
      #expect(recorded.status == 0, "\(recorded.errors)")
      // The same again with an access key in place of the password, as a temporary one would be used.
      let signed = place.directory.appending(path: "signed.jsonl")
      let keys = [
        "OS_AUTH_URL": access.endpoint + "/v3", "OS_ACCESS_KEY": access.accessKey, "OS_SECRET_KEY": access.secretKey,
        "OS_PROJECT_NAME": access.project, "OS_PROJECT_ID": access.projectID, "OS_REGION_NAME": access.region,
        "SLIPWAY_OBS_PATH_STYLE": "true",
      ]
      let byKey = try await Tool.run(
        words + ["--clock-scale", "1000", "--record", signed.path], environment: keys.merging(hooks) { $1 })
      #expect(byKey.status == 0, "\(byKey.errors)")
      running.signal(SIGTERM)
      _ = await running.finish()
      for file in [place.tape, signed] {
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.contains("<secret>") && text.contains("quickimport"))
        for secret in [
          access.password, access.accessKey, access.secretKey, "T0PSECRETPATH", "HOOKBEARER1", "APITOKEN",
          "QUERYSECRET1",
          "HEADERSECRET1", "HEADERSECRET2", "BODYSECRET1", "BODYSECRET2", "Signature=", "\"authorization\"",
          "x-auth-token", "X-Auth-Token",
        ] {
          #expect(!text.contains(secret), "\(secret) is in \(file.lastPathComponent)")
        }
      }
      let tokens = try place.lines().compactMap { line in
        line["answer"]?["headers"]?.arrayValue?.first { $0[0]?.stringValue?.lowercased() == "x-subject-token" }
      }
      #expect(!tokens.isEmpty && tokens.allSatisfy { $0[1] == "<secret>" })
      // Neither credentials nor the cloud are needed, nor the right secrets of the script and the plugin.
      let others = ["HOOK_URL": "http://\(host)/other", "HOOK_BEARER": "b2", "API_TOKEN": "another-token"]
      let replayed = try await Tool.run(words + ["--replay", place.tape.path], environment: others)
      #expect(replayed.status == 0, "\(replayed.errors)")
      #expect(replayed.output == recorded.output)
      #expect(!replayed.errors.contains("replay:"), "\(replayed.errors)")
      for secret in [access.password, access.secretKey] { #expect(!replayed.errors.contains(secret)) }
    }
  }

  @Test("A script that changed is told which request is new, what it differs in, and fails")
  func changed() async throws {
    try await withCloud { place in
      let script = try place.write(Self.fleet(1), to: "fleet.lua")
      #expect(try await place.record(["run", script]).status == 0)
      let other = try place.write(Self.fleet(1).replacing("min_disk = 40", with: "min_disk = 50"), to: "other.lua")
      let replayed = try await place.replay(["run", other])
      #expect(replayed.status == 1)
      for words in [
        "The cassette has no answer to POST http://127.0.0.1:", "/quickimport/action",
        "the body's min_disk was 40, now is 50", "recorded requests were not made", "ended with status 0",
      ] {
        #expect(replayed.errors.contains(words), "\(words): \(replayed.errors)")
      }
      // Also where the script catches the error.
      let deaf = try place.write("pcall(function() require('ims').image('nosuch') end) print 'fine'", to: "deaf.lua")
      let caught = try await place.replay(["run", deaf])
      #expect(caught.status == 1 && caught.output == "fine\n", "\(caught)")
      // Fewer requests are no mistake.
      let silent = try place.write("print 'nothing'", to: "silent.lua")
      let less = try await place.replay(["run", silent])
      #expect(less.status == 0)
      #expect(less.errors.contains("recorded requests were not made"))
    }
  }

  @Test("What the ledger knew is known in the replay, too: an image that was there is found again")
  func known() async throws {
    try await withCloud { place in
      let script = try place.write(Self.fleet(3), to: "fleet.lua")
      let environment = ["XDG_STATE_HOME": place.directory.appending(path: "state").path]
      let first = try await Tool.run(["run", "--local-cloud", place.cloud.path, script], environment: environment)
      #expect(first.status == 0, "\(first.errors)")
      let recorded = try await place.record(["run", script])
      #expect(recorded.output == first.output)
      #expect(try place.lines().count { $0["note"] == "known_record" } == 3)
      let replayed = try await place.replay(["run", script])
      #expect(replayed.output == first.output)
      #expect(!replayed.errors.contains("replay:"), "\(replayed.errors)")
    }
  }

  @Test("A run that was stopped stops in its replay, with the same status", .timeLimit(.minutes(2)))
  func interrupted() async throws {
    try await withCloud { place in
      let script = try place.write(
        """
        local job = require("ims").system_image { name = "a", image_url = "images:x.zvhd2", os_version = "CentOS 7.0 64bit", min_disk = 40 }:submit()
        print(job.id)
        job:wait()
        """, to: "wait.lua")
      let running = try Tool.start([
        "run", "--local-cloud", place.cloud.path, "--clock-scale", "1", "--record", place.tape.path, script,
      ])
      try await running.waitFor("\n")
      running.signal(SIGINT)
      let recorded = await running.finish()
      #expect(recorded.status == 130)
      let replayed = try await place.replay(["run", script])
      #expect(replayed.status == 130, "\(replayed.errors)")
      #expect(replayed.output == recorded.output)
      #expect(replayed.errors.contains("One job goes on in the cloud"))
    }
  }

  @Test(
    "A run that was killed leaves what can be replayed, and the replay says where it breaks off",
    .timeLimit(.minutes(2)))
  func killed() async throws {
    try await withCloud { place in
      let script = try place.write(
        """
        local job = require("ims").system_image { name = "a", image_url = "images:x.zvhd2", os_version = "CentOS 7.0 64bit", min_disk = 40 }:submit()
        print(job.id)
        job:wait()
        """, to: "wait.lua")
      let running = try Tool.start([
        "run", "--local-cloud", place.cloud.path, "--clock-scale", "1", "--record", place.tape.path, script,
      ])
      try await running.waitFor("\n")
      running.signal(SIGKILL)
      let recorded = await running.finish()
      let replayed = try await place.replay(["run", script])
      #expect(replayed.status == 130, "\(replayed.errors)")
      #expect(replayed.output == recorded.output)
      #expect(replayed.errors.contains("the recording broke off"), "\(replayed.errors)")
    }
  }

  @Test("A disk file that becomes an image is not on the cassette, and replays", .timeLimit(.minutes(2)))
  func files() async throws {
    try await withCloud { place in
      let disk = place.directory.appending(path: "disk.raw")
      _ = FileManager.default.createFile(atPath: disk.path, contents: Data("DISKCONTENT".utf8))
      let handle = try FileHandle(forWritingTo: disk)
      try handle.truncate(atOffset: 1 << 30)
      try handle.close()
      let words = [
        "import", disk.path, "--bucket", "images", "--name", "web01", "--os-version", "CentOS 7.0 64bit", "--min-disk",
        "40",
      ]
      let recorded = try await place.record(words)
      #expect(recorded.status == 0, "\(recorded.errors)")
      let upload = try place.lines().first { $0["request"]?["method"] == "PUT" }
      #expect(upload?["request"]?["body"]?["sha256"]?.stringValue?.count == 64)
      #expect(upload?["request"]?["body"]?["text"] == nil)
      let replayed = try await place.replay(words)
      #expect(replayed.status == 0, "\(replayed.errors)")
      #expect(replayed.output == recorded.output)
      let other = try await place.replay(words.map { $0 == "web01" ? "web02" : $0 })
      #expect(other.status == 1)
      #expect(other.errors.contains(#"the body's name was "web01", now is "web02""#), "\(other.errors)")
    }
  }

  @Test("Wrong use says what is wrong, and no file is written over")
  func usage() async throws {
    try await withTemporaryDirectory { directory in
      func path(_ name: String) -> String { directory.appending(path: name).path }
      func write(_ text: String, to name: String) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
      }
      try write("print 'ran'", to: "s.lua")
      try write("precious", to: "precious.txt")
      let header =
        #"{"slipway_cassette":1,"program":"p","started_at":"2024-01-15T08:30:00.000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331","dialect":"otc","clock_scale":1}"#
      try write(header.replacing("e\":1", with: "e\":99") + "\n", to: "new.jsonl")
      try write(header + "\nrubbish\n", to: "bad.jsonl")
      try write(header + "\n", to: "good.jsonl")
      try write("", to: "empty.jsonl")
      let cases: [([String], String)] = [
        (["--record", path("precious.txt")], "exists already, and nothing is recorded over"),
        (["--record", path("no/such.jsonl")], "cannot be made"), (["--record", ""], "must name a file"),
        (["--record", path("a"), "--replay", path("good.jsonl")], "exclude each other"),
        (["--replay", path("good.jsonl"), "--cloud", "otc"], "excludes --cloud"),
        (["--replay", path("good.jsonl"), "--local-cloud", "x"], "excludes --local-cloud"),
        (["--replay", path("good.jsonl"), "--ledger", "x"], "excludes --ledger"),
        (["--replay", path("good.jsonl"), "--clock-scale", "3"], "excludes --clock-scale"),
        (["--replay", path("good.jsonl"), "--fault", "throttled"], "excludes faults"),
        (["--replay", path("none.jsonl")], "There is no cassette"),
        (["--replay", directory.path], "There is no cassette"),
        (["--replay", "/dev/null"], "not a regular file"), (["--replay", path("empty.jsonl")], "is empty"),
        (["--replay", path("s.lua")], "no whole line"), (["--replay", path("new.jsonl")], "version 99"),
        (["--replay", path("bad.jsonl")], "Line 2 of the cassette"),
      ]
      for (options, words) in cases {
        let outcome = try await Tool.run(["run", path("s.lua")] + options)
        #expect(outcome.status == 64, "\(options): \(outcome)")
        #expect(outcome.errors.contains(words), "\(options): \(outcome.errors)")
        #expect(outcome.output.isEmpty)
      }
      #expect(try String(contentsOfFile: path("precious.txt"), encoding: .utf8) == "precious")
      let plain = try await Tool.run(["run", path("s.lua"), "--replay", path("good.jsonl")])
      #expect(plain.status == 0 && plain.output == "ran\n", "\(plain)")
      try write("require('ims').quota()", to: "cloud.lua")
      let without = try await Tool.run(["run", path("cloud.lua"), "--replay", path("good.jsonl")])
      #expect(without.status == 78 && without.errors.contains("has no cloud"), "\(without)")
    }
  }
}
