import CloudAccess
import CloudSimulator
import Foundation
import Testing

@Suite("slipway run --dry-run", .timeLimit(.minutes(3)))
struct DryRunTests {
  private func fields(_ name: String, _ more: String = "") -> String {
    "{ name = '\(name)', image_url = 'images:x.zvhd2', os_version = 'CentOS 7.0 64bit', min_disk = 40 \(more) }"
  }

  @Test("The plan names what would be sent, with the body; the cloud sees questions only")
  func plan() async throws {
    try await DryRunCloud.with { cloud in
      let calls = cloud.cloud.callCounts
      let plan = try await cloud.plan(
        """
        local ims = require "ims"
        local image = ims.system_image \(fields("web01", ", image_tags = { team = 'a' }"))
        local job = image:submit()
        local result = job:wait()
        print(result.image_name, result.synthetic, job:poll().synthetic)
        """)
      #expect(plan.words(0) == ["import web01 planned"])
      let step = try #require(plan.steps(0).first)
      #expect(step["body"]?["min_disk"] == 40 && step["body"]?["image_url"] == "images:x.zvhd2")
      #expect(
        step["body"]?["image_tags"]?.arrayValue?.contains(["key": "slipway", "value": "<record id>"]) == true,
        "\(step)")
      #expect(step["at"]?["line"] == 3 && step["at"]?["call"] == "image:submit")
      #expect(step["job_id"]?.stringValue?.hasPrefix("dry-run-job-") == true && step["synthetic"] == true)
      #expect((step["bytes"]?.intValue ?? 0) > 0)
      #expect(plan.json["branches"]?[0]?["output"] == "web01\ttrue\ttrue\n")
      #expect(plan.outcome.errors.contains("script: web01"))
      #expect(plan.json["summary"]?["images"] == 1 && plan.json["summary"]?["quota"]?["used_after"] == 1)
      let after = cloud.cloud.callCounts
      for call in FaultCall.allCases where ![.list, .quota, .token, .bucket, .object_head, .object_get].contains(call) {
        #expect(after[call] == calls[call], "\(call)")
      }
    }
  }

  @Test("Both branches of a script that handles a code are followed, and what follows from them")
  func branches() async throws {
    try await DryRunCloud.with { cloud in
      let plan = try await cloud.plan(
        """
        local ims = require "ims"
        local image = ims.system_image \(fields("web01"))
        local ok, err = pcall(ims.import, image)
        if not ok then
          if err.code ~= "IMG.0055" then error(err) end
          assert(err.synthetic and err.job_status.synthetic)
          ims.import(image:with { min_disk = 80 })
        end
        """)
      let disks = plan.branches.indices.map { branch in
        plan.steps(branch).map { "\($0["body"]?["min_disk"]?.intValue ?? 0) \($0["outcome"]?.stringValue ?? "")" }
      }
      #expect(disks[0] == ["40 planned"])
      #expect(plan.codes(1) == ["IMG.0055"] && disks[1] == ["40 fails", "80 planned"], "\(disks)")
      #expect(plan.end(1) == "finished")
      #expect(plan.codes(2) == ["IMG.0057"] && disks[2] == ["40 fails"] && plan.end(2) == "raised")
      #expect(plan.branches[2]["end"]?["line"] == 3, "\(plan.branches[2])")
      // The second try may fail, too; its place is known from the second branch only.
      let deeper = plan.branches.indices.filter { plan.codes($0).count == 2 }
      #expect(deeper.count == 2 && deeper.allSatisfy { plan.end($0) == "raised" })
      #expect(plan.count("same") > 0)
    }
  }

  @Test("The first of a batch may fail, or all of it")
  func batch() async throws {
    try await DryRunCloud.with { cloud in
      let plan = try await cloud.plan(
        """
        local ims = require "ims"
        local images = {}
        for i = 1, 6 do images[i] = ims.system_image \(fields("web0' .. i .. '")) end
        local results = ims.import_all(images, { concurrency = 3 })
        print(results.failed_count)
        """)
      let names = (1...6).map { "web0\($0)" }
      #expect(plan.words(0) == names.map { "import \($0) planned" })
      #expect(plan.branches.map { $0["output"]?.stringValue } == ["0\n", "1\n", "6\n"], "\(plan.json)")
      #expect(plan.words(1).first == "import web01 fails" && plan.words(1).count { $0.hasSuffix("fails") } == 1)
    }
  }

  @Test("A refused submission and a failed job are told apart by where the result is asked for")
  func places() async throws {
    try await DryRunCloud.with { cloud in
      let plan = try await cloud.plan(
        """
        local ims = require "ims"
        local ok, job = pcall(function() return ims.system_image\(fields("a")):submit() end)
        if not ok then print("submit", job.code, job.synthetic) return end
        local ok, err = pcall(job.wait, job)
        if not ok then print("wait", err.kind, err.code) end
        """)
      let output = Set(plan.branches.compactMap { $0["output"]?.stringValue })
      #expect(output.contains("submit\tIMG.0015\ttrue\n"), "\(output)")
      #expect(output.contains("wait\tjob_failed\tIMG.0057\n"))
      #expect(output.contains(""))
    }
  }

  @Test("What is made can be asked for, changed and removed; what is there stays")
  func overlay() async throws {
    try await DryRunCloud.with { cloud in
      let real = try await cloud.run("require('ims').import(require('ims').system_image\(fields("old")))")
      #expect(real.status == 0, "\(real.errors)")
      let plan = try await cloud.plan(
        """
        local ims = require "ims"
        local before = ims.quota().used
        for image in ims.images { name = "old" } do
          image:set_tags { stage = "late" }
          assert(image:refresh().tags[1]:find("^%w+[.=]"))
          image:delete()
          image:wait_gone()
        end
        local result = ims.import(ims.system_image\(fields("new")))
        local record = ims.image(result.image_id)
        record:set_tags { stage = "test" }
        local names = {}
        for image in ims.images() do names[#names + 1] = image.name end
        print(table.concat(names, " "), #record:refresh().tags, ims.quota().used - before)
        for image in ims.images { tag = { stage = "test" } } do image:delete() image:wait_gone() end
        print(pcall(ims.image, result.image_id))
        """, ["--max-branches", "1"])
      #expect(
        plan.words(0) == [
          "set_tags old planned", "delete old planned", "import new planned", "set_tags new planned",
          "delete new planned",
        ], "\(plan.outcome.errors)")
      let output = plan.branches[0]["output"]?.stringValue ?? ""
      #expect(output.hasPrefix("new\t2\t0\nfalse\t"), "\(output) \(plan.branches[0]["end"] ?? .null)")
      let list = try await cloud.run("for image in require('ims').images() do print(image.name, #image.tags) end")
      #expect(list.output == "old\t1\n", "\(list.output)")
    }
  }

  @Test("An import done before is found again, and the ledger is not opened for writing")
  func ledger() async throws {
    try await DryRunCloud.with { cloud in
      let script = "require('ims').import(require('ims').system_image\(fields("once")))"
      let fresh = try await cloud.plan(script)
      #expect(fresh.words(0) == ["import once planned"])
      #expect(!FileManager.default.fileExists(atPath: cloud.directory.appending(path: "state").path))
      let real = try await cloud.run(script)
      #expect(real.status == 0, "\(real.errors)")
      let again = try await cloud.plan(script)
      #expect(again.words(0) == ["reuse once planned"] && again.json["summary"]?["images"] == 0, "\(again.json)")
      #expect(again.branches.count == 1)
    }
  }

  @Test("Rules and preflight refuse with 65, and every finding is in the plan")
  func refused() async throws {
    try await DryRunCloud.with { cloud in
      let plan = try await cloud.plan(
        """
        local ims = require "ims"
        pcall(ims.import, ims.system_image\(fields("a#b")))
        pcall(ims.import, ims.system_image { name = "c", image_url = "images:none.zvhd2", os_version = "CentOS 7.0 64bit", min_disk = 40 })
        """, status: 65)
      #expect(plan.words(0) == ["import a#b refused", "import c refused"])
      let findings = plan.steps(0).map { $0["findings"]?[0] }
      #expect(findings[0]?["stage"] == "validation" && findings[0]?["code"] == "IMG.0003")
      #expect(findings[1]?["stage"] == "preflight" && findings[1]?["code"] == "IMG.0121")
      #expect(plan.json["exit_status"] == 65)
    }
  }

  @Test("The quota counts what the plan has made so far")
  func quota() async throws {
    try await DryRunCloud.with { cloud in
      try cloud.cloud.set("image_quota", 2)
      let plan = try await cloud.plan(
        """
        local ims = require "ims"
        for i = 1, 3 do pcall(ims.import, ims.system_image\(fields("web0' .. i .. '"))) end
        """, ["--max-branches", "1"], status: 65)
      #expect(plan.words(0) == ["import web01 planned", "import web02 planned", "import web03 refused"])
      #expect(plan.json["summary"]?["quota"]?["used_after"] == 2)
    }
  }

  @Test("Files, conversions, uploads and requests elsewhere are steps, and none is done")
  func elsewhere() async throws {
    try await DryRunCloud.with { cloud in
      let raw = cloud.directory.appending(path: "disk.raw")
      try Data(repeating: 7, count: 4096).write(to: raw)
      let handle = try FileHandle(forWritingTo: raw)
      try handle.truncate(atOffset: 1 << 30)
      try handle.close()
      let zvhd2 = cloud.directory.appending(path: "cloud/buckets/images/x.zvhd2")
      try FileManager.default.copyItem(at: zvhd2, to: cloud.directory.appending(path: "own.zvhd2"))
      let names = try FileManager.default.contentsOfDirectory(atPath: cloud.directory.path).sorted()
      let plan = try await cloud.plan(
        """
        local ims, fs, disk, obs, http = require "ims", require "fs", require "disk", require "obs", require "http"
        fs.write("report.txt", "abc")
        print(disk.convert("disk.raw", "disk.zvhd2").synthetic)
        obs.upload("own.zvhd2", "images", "own.zvhd2")
        ims.import(ims.system_image { name = "own", image_url = "images:own.zvhd2", os_version = "CentOS 7.0 64bit", min_disk = 40 })
        ims.import(ims.system_image { name = "file", file = "disk.raw", bucket = "images", os_version = "CentOS 7.0 64bit" })
        obs.delete("images", "x.zvhd2")
        print(obs.exists("images", "x.zvhd2"), obs.exists("images", "own.zvhd2"))
        print(http.post("http://127.0.0.1:9/hook?token=open", { json = { a = 1 }, headers = { Authorization = "Bearer sesame" } }).status)
        """,
        ["--allow-write", cloud.directory.path, "--allow-net", "127.0.0.1:9", "--max-branches", "1"])
      let real = cloud.directory.resolvingSymlinksInPath().path
      #expect(
        plan.words(0) == [
          "write \(real)/report.txt planned", "convert \(real)/disk.raw planned",
          "upload \(real)/own.zvhd2 planned", "import own planned", "upload \(real)/disk.raw planned",
          "import file planned", "delete_object images:x.zvhd2 planned",
          "http POST http://127.0.0.1:9/hook?token=<secret> planned",
        ], "\(plan.words(0)) \(plan.outcome.errors)")
      #expect(plan.branches[0]["output"] == "true\nfalse\ttrue\n200\n", "\(plan.branches[0]["end"] ?? .null)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: cloud.directory.path).sorted() == names)
      let own = plan.steps(0)[3]
      #expect(own["bytes"] == plan.steps(0)[2]["bytes"] && own["findings"] == [], "\(own)")
    }
  }

  @Test("A job that the script knows the end of keeps it, and other servers may fail")
  func results() async throws {
    try await DryRunCloud.with { cloud in
      let plan = try await cloud.plan(
        """
        local ims, http = require "ims", require "http"
        local job = ims.system_image\(fields("a")):submit()
        local state = job:poll().status
        local ok = pcall(job.wait, job)
        print(state, ok, http.post("http://127.0.0.1:9/x", {}).ok)
        """, ["--allow-net", "127.0.0.1:9"])
      let output = plan.branches.compactMap { $0["output"]?.stringValue }
      #expect(output[0] == "SUCCESS\ttrue\ttrue\n")
      #expect(output.contains("FAIL\tfalse\ttrue\n") && output.contains("SUCCESS\ttrue\tfalse\n"), "\(output)")
      #expect(!output.contains { $0.hasPrefix("SUCCESS\tfalse") || $0.hasPrefix("FAIL\ttrue") }, "\(output)")
    }
  }

  @Test("Deletions, tags, uploads and conversions may fail, too, each where the script asks for it")
  func changes() async throws {
    try await DryRunCloud.with { cloud in
      let real = try await cloud.run("require('ims').import(require('ims').system_image\(fields("old")))")
      #expect(real.status == 0, "\(real.errors)")
      try Data(repeating: 7, count: 4096).write(to: cloud.directory.appending(path: "disk.raw"))
      try FileManager.default.copyItem(
        at: cloud.directory.appending(path: "cloud/buckets/images/x.zvhd2"),
        to: cloud.directory.appending(path: "own.zvhd2"))
      let plan = try await cloud.plan(
        """
        local ims, disk, obs = require "ims", require "disk", require "obs"
        local function try(name, f, ...)
          local ok, err = pcall(f, ...)
          if not ok then assert(err.synthetic, name) print(name, err.code or err.kind) end
        end
        local old
        for image in ims.images { name = "old" } do old = image end
        try("tags", function() old:set_tags { stage = "late" } end)
        try("delete", function() old:delete() end)
        try("convert", function() disk.convert("disk.raw", "disk.zvhd2") end)
        try("upload", function() obs.upload("own.zvhd2", "images", "own.zvhd2") end)
        try("object", function() obs.delete("images", "y.zvhd2") end)
        try("import", function()
          ims.import(ims.system_image { name = "file", file = "disk.raw", bucket = "images", os_version = "CentOS 7.0 64bit" })
        end)
        """, ["--allow-write", cloud.directory.path, "--max-branches", "20"])
      let output = Set(plan.branches.compactMap { $0["output"]?.stringValue })
      #expect(
        output == [
          "", "tags\tIMG.0116\n", "delete\tIMG.0091\n", "convert\tconflict\n", "upload\tAccessDenied\n",
          "object\tAccessDenied\n", "import\tAccessDenied\n", "import\tIMG.0057\n",
        ], "\(output) \(plan.branches[0]["end"] ?? .null)")
      let deletion = try #require(plan.branches.indices.first { plan.codes($0) == ["IMG.0091"] })
      let step = try #require(plan.steps(deletion).first { $0["action"] == "delete" })
      #expect(step["outcome"] == "fails" && step["synthetic"] == true && step["code"] == "IMG.0091", "\(step)")
      #expect(plan.branches[deletion]["assumptions"]?[0]?["at"]?["asks_for"] == "deletion")
      // What could not be sent cannot become an image.
      let unsent = try #require(
        plan.branches.indices.first { plan.branches[$0]["output"] == "import\tAccessDenied\n" })
      #expect(plan.words(unsent).last?.hasSuffix("disk.raw fails") == true, "\(plan.words(unsent))")
      #expect(plan.count("not_followed") == 0)
    }
  }

  @Test("Codes of object storage that a script mentions are followed")
  func mentioned() async throws {
    try await DryRunCloud.with { cloud in
      try FileManager.default.copyItem(
        at: cloud.directory.appending(path: "cloud/buckets/images/x.zvhd2"),
        to: cloud.directory.appending(path: "own.zvhd2"))
      let plan = try await cloud.plan(
        """
        local obs = require "obs"
        local ok, err = pcall(obs.upload, "own.zvhd2", "images", "own.zvhd2")
        if not ok and err.code == "SlowDown" then print(err.kind) end
        """)
      #expect(plan.branches.map { $0["output"]?.stringValue } == ["", "throttled\n", ""], "\(plan.json)")
    }
  }

  @Test(
    "slipway import --dry-run has the plan with preflight, of an object and of a file; without a cloud a file alone")
  func importing() async throws {
    try await DryRunCloud.with { cloud in
      func plan(_ words: [String], status: Int32 = 0, cloudless: Bool = false) async throws -> JSONValue {
        let before = cloud.state
        let outcome = try await Tool.run(
          ["import", "--dry-run", "--output", "json"] + words,
          environment: cloudless ? ["HOME": cloud.directory.path] : cloud.environment, directory: cloud.directory)
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(cloud.state == before)
        return try JSONValue(parsing: Array(outcome.output.utf8))
      }
      let words = ["--name", "web01", "--os-version", "CentOS 7.0 64bit", "--min-disk", "40"]
      let object = try await plan(words + ["--image-url", "images:x.zvhd2"])
      #expect(object["branches"]?[0]?["steps"]?[0]?["body"]?["name"] == "web01", "\(object)")
      #expect(object["summary"]?["images"] == 1 && object["not_followed"] == [] && object["runs"] == 1)
      let missing = try await plan(words + ["--image-url", "images:none.zvhd2"], status: 65)
      #expect(missing["branches"]?[0]?["steps"]?[0]?["outcome"] == "refused", "\(missing)")
      try Data(repeating: 7, count: 1 << 20).write(to: cloud.directory.appending(path: "disk.raw"))
      let file = try await plan(["disk.raw", "--bucket", "images"] + words)
      #expect(file["event"] == "planned" && file["image_url"] == "images:disk.zvhd2")
      let steps = file["plan"]?["branches"]?[0]?["steps"]?.arrayValue ?? []
      #expect(steps.map { $0["action"]?.stringValue } == ["upload", "import"], "\(file)")
      let lost = try await plan(["disk.raw", "--bucket", "nowhere"] + words, status: 1)
      #expect(lost["plan"]?["branches"]?[0]?["end"]?["kind"] == "raised", "\(lost)")
      let alone = try await plan(["disk.raw", "--bucket", "images"] + words, cloudless: true)
      #expect(alone["event"] == "planned" && alone["plan"] == nil)
    }
  }

  @Test(
    "What is planned is neither recorded nor replayed: both are refused, and no file is made",
    arguments: ["run", "import"])
  func recording(_ command: String) async throws {
    try await withTemporaryDirectory { directory in
      let words = command == "run" ? ["run", "-"] : ["import", "--name", "a", "--image-url", "b:c.zvhd2"]
      for option in ["--record", "--replay"] {
        let tape = directory.appending(path: "tape.jsonl").path
        let outcome = try await Tool.run(words + ["--dry-run", option, tape], directory: directory)
        #expect(outcome.status == 64)
        #expect(
          outcome.errors.contains("--dry-run sends nothing that could be recorded or replayed"), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: tape))
      }
    }
  }

  @Test("What is not allowed in earnest is not allowed here")
  func access() async throws {
    try await DryRunCloud.with { cloud in
      let plan = try await cloud.plan(
        """
        print(select(2, pcall(require("fs").write, "x", "")).kind)
        print(select(2, pcall(require("http").post, "http://127.0.0.1:9/", {})).kind)
        """)
      #expect(plan.branches[0]["output"] == "capability\ncapability\n")
      #expect(plan.steps(0).isEmpty)
      let open = try await cloud.run("", ["--dry-run", "--allow", "os"])
      #expect(open.status == 64 && open.errors.contains("--dry-run cannot keep it from changing"), "\(open.errors)")
    }
  }

  @Test("No secret stands in a plan, wherever the script puts it")
  func secrets() async throws {
    try await DryRunCloud.with { cloud in
      let script = """
        local env, http, ims = require "env", require "http", require "ims"
        local token = env.get "HOOK_TOKEN"
        print("token", token)
        http.post("http://127.0.0.1:9/" .. token, { body = token, headers = { ["X-Key"] = token, Authorization = "Basic xyzzy-plugh" } })
        pcall(ims.import, ims.system_image\(fields("a", ", description = token")))
        error("it was " .. token)
        """
      let more = ["HOOK_TOKEN": "opensesame-4711"]
      let options = ["--allow-net", "127.0.0.1:9"]
      let plan = try await cloud.plan(script, options, more, status: 2)
      let table = try await cloud.run(script, ["--dry-run"] + options, more)
      #expect(table.status == 2)
      for text in [plan.outcome.output, table.output] {
        #expect(!text.contains("opensesame") && !text.contains("xyzzy"), "\(text)")
        #expect(text.contains("<secret>"))
        for name in ["OS_PASSWORD", "S3_SECRET_ACCESS_KEY"] {
          #expect(!text.contains(try #require(cloud.environment[name])))
        }
      }
      #expect(plan.steps(0).first?["detail"] == "headers Authorization, X-Key")
    }
  }

  @Test("Ten hours of waiting and two hundred images take seconds")
  func many() async throws {
    try await DryRunCloud.with { cloud in
      try cloud.cloud.set("image_quota", 1000)
      let start = ContinuousClock.now
      let plan = try await cloud.plan(
        """
        local ims, task, time = require "ims", require "task", require "time"
        local jobs, start = {}, time.now()
        for i = 1, 200 do jobs[i] = ims.system_image\(fields("web' .. i .. '")):submit() end
        local done = 0
        for _, job in ipairs(jobs) do if pcall(job.wait, job) then done = done + 1 end end
        task.sleep("10h")
        print(done, time.now() - start >= 36000)
        """)
      #expect(plan.steps(0).count == 200 && plan.branches[0]["output"] == "200\ttrue\n")
      #expect(plan.json["summary"]?["images"] == 200)
      #expect(plan.branches.contains { $0["output"] == "0\ttrue\n" }, "all waits fail in one branch")
      // Far below ten hours; how fast it is, a benchmark says.
      #expect(ContinuousClock.now - start < .seconds(170))
    }
  }

  @Test(
    "A script that goes on until something succeeds, or fails, is ended and said so",
    arguments: [
      "while not pcall(ims.import, image, { again = true }) do end",
      "repeat local ok = pcall(ims.import, image) until not ok", "while true do task.sleep('1h') end",
      "local job = image:submit() while job:poll().status ~= 'FAIL' do task.sleep('1m') end",
    ])
  func endless(loop: String) async throws {
    try await DryRunCloud.with { cloud in
      let outcome = try await cloud.run(
        "local ims, task = require 'ims', require 'task' local image = ims.system_image\(fields("a")) \(loop)",
        ["--dry-run", "--output", "json"])
      let plan = DryRunReading(try JSONValue(parsing: Array(outcome.output.utf8)), outcome)
      let ends = plan.branches.indices.map { plan.end($0) }
      #expect(ends.contains("stopped"), "\(ends)")
      #expect(outcome.status == (ends[0] == "stopped" ? 2 : 0))
    }
  }

  @Test("No more branches are followed than asked for, and the plan says which are left")
  func limit() async throws {
    try await DryRunCloud.with { cloud in
      let script = """
        local ims = require "ims"
        ims.import(ims.system_image\(fields("a")))
        ims.import(ims.system_image\(fields("b")))
        """
      let plan = try await cloud.plan(script, ["--max-branches", "2"])
      #expect(plan.json["runs"] == 2 && plan.json["max_branches"] == 2)
      #expect(plan.count("not_followed") > 2)
      let table = try await cloud.run(script, ["--dry-run", "--max-branches", "2"])
      #expect(table.output.contains("Not followed: the script was run 2 times"), "\(table.output)")
      for options in [["--max-branches", "2"], ["--dry-run", "--max-branches", "0"]] {
        #expect(try await cloud.run("", options).status == 64)
      }
    }
  }

  @Test(
    "A script that ends badly gives the status that it would give, and the plan says where",
    arguments: [
      ("local x = = 1", 2, "raised"), ("error('boom')", 2, "raised"), ("os.exit(7)", 7, "exit"), ("", 0, "finished"),
    ] as [(String, Int32, String)])
  func endings(script: String, status: Int32, end: String) async throws {
    try await DryRunCloud.with { cloud in
      let plan = try await cloud.plan(script, status: status)
      #expect(plan.end(0) == end && plan.branches.count == 1)
      if end == "raised" { #expect(plan.branches[0]["end"]?["line"] == 1, "\(plan.json)") }
    }
  }

  @Test("A job that another run has under way is waited for, and its end is made up")
  func attached() async throws {
    try await DryRunCloud.with { cloud in
      // Nothing about it changes while the test looks.
      try cloud.cloud.set("job_queue_delay", "5000h")
      let image = "ims.system_image\(fields("slow"))"
      let real = try await cloud.run("local ims = require 'ims' print(\(image):submit().id)")
      #expect(real.status == 0, "\(real.errors)")
      let job = real.output.trimmingCharacters(in: .whitespacesAndNewlines)
      let plan = try await cloud.plan(
        "local ims = require 'ims' local ok, r = pcall(ims.import, \(image)) print(ok, r.synthetic)")
      #expect(plan.words(0) == ["attach slow planned"], "\(plan.json)")
      #expect(plan.steps(0).first?["job_id"]?.stringValue == job)
      #expect(plan.branches.compactMap { $0["output"]?.stringValue } == ["true\ttrue\n", "false\ttrue\n"])
    }
  }

  @Test("Plugins have their say, with state of their own in each branch")
  func plugins() async throws {
    try await DryRunCloud.with { cloud in
      let plugin = cloud.directory.appending(path: "guard")
      try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
      try """
      name: guard
      version: 1.0.0
      api: ^1.0
      description: Names images, and takes one a run.
      hooks: [on_request, before_submit]
      """.write(to: plugin.appending(path: "plugin.yaml"), atomically: true, encoding: .utf8)
      try """
      local count = 0
      return {
        on_request = function(image) image.description = "guarded" return image end,
        before_submit = function() count = count + 1 if count > 1 then return false, "one is enough" end end,
      }
      """.write(to: plugin.appending(path: "main.lua"), atomically: true, encoding: .utf8)
      let plan = try await cloud.plan(
        """
        local ims = require "ims"
        pcall(ims.import, ims.system_image\(fields("a")))
        pcall(ims.import, ims.system_image\(fields("b")))
        """, ["--plugin", plugin.path], status: 65)
      #expect(plan.words(0) == ["import a planned", "import b refused"], "\(plan.outcome.errors)")
      #expect(plan.steps(0)[0]["body"]?["description"] == "guarded")
      #expect(plan.steps(0)[1]["message"]?.stringValue?.contains("one is enough") == true)
      #expect(plan.branches.indices.allSatisfy { plan.words($0)[1] == "import b refused" }, "\(plan.json)")
    }
  }

  @Test("The table says what the JSON does, and standard output holds nothing else")
  func table() async throws {
    try await DryRunCloud.with { cloud in
      let outcome = try await cloud.run(
        "local ims = require 'ims' print('hello') ims.import(ims.system_image\(fields("web01")))", ["--dry-run"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      for text in [
        "Nothing was sent.", "Branch 1: all that is asked for succeeds", "import  web01  images:x.zvhd2, min_disk 40",
        "Branch 2: the first result of ims.import at stdin:1 is IMG.0057", "fails IMG.0057", "raises an error: stdin:1",
        "The same as branch 2", "images: 1 to be made", "quota: 0 of",
      ] {
        #expect(outcome.output.contains(text), "\(text) in \(outcome.output)")
      }
      #expect(!outcome.output.contains("hello") && outcome.errors.contains("script: hello"))
    }
  }
}
