import CloudAccess
import Foundation
import Testing

@testable import CloudSimulator

@Suite("Faults as text")
struct FaultTextTests {
  @Test(
    "The compact form, the object form and the fault are the same thing",
    arguments: [
      ("reply_lost_before", Fault(.replyLostBefore)),
      ("reply_lost_after:submit:count=1", Fault(.replyLostAfter, FaultMatch([.submit], count: 1))),
      ("reply_cut=10:list", Fault(.replyCut(after: 10), FaultMatch([.list]))),
      ("reply_cut", Fault(.replyCut(after: nil))),
      ("request_cut:object_put", Fault(.requestCut(after: nil), FaultMatch([.object_put]))),
      ("throttled=2:job,list:every=3", Fault(.throttled(.seconds(2)), FaultMatch([.job, .list], every: 3))),
      ("throttled=date 5", Fault(.throttled(.date(5)))), ("throttled", Fault(.throttled(.unsaid))),
      ("status=502:job", Fault(.status(502, body: .html, isExecuted: false), FaultMatch([.job]))),
      (
        "status=500:submit:executed=true:body=json:nth=1",
        Fault(.status(500, body: .json, isExecuted: true), FaultMatch([.submit], nth: 1))
      ),
      ("slow_headers=1500ms", Fault(.slowHeaders(.milliseconds(1500)))),
      ("slow_body=100:object_get", Fault(.slowBody(bytesPerSecond: 100), FaultMatch([.object_get]))),
      ("token_refused:job:after=12h", Fault(.tokenRefused, FaultMatch([.job], after: .seconds(43_200)))),
      ("clock_skew=-1200", Fault(.clockSkew(seconds: -1200))),
      ("refused=IMG.0060:count=2", Fault(.refused(code: "IMG.0060", reason: nil), FaultMatch(count: 2))),
      ("job_unknown=30s", Fault(.jobUnknown(youngerThan: .seconds(30)))),
      ("job_unknown:name=web*", Fault(.jobUnknown(youngerThan: nil), FaultMatch(name: "web*"))),
      (
        "job_fails=img.0057:name=a:keeps_image=false:reason=broken\\: badly",
        Fault(.jobFails(code: "IMG.0057", reason: "broken: badly", keepsImage: false), FaultMatch(name: "a"))
      ),
      ("job_takes=10h", Fault(.jobTakes(.seconds(36_000)))),
      ("field=entities:value=null", Fault(.field(path: "entities", value: .null))),
      (
        "field=status:value=WAITING:until=1h30m",
        Fault(.field(path: "status", value: "WAITING"), FaultMatch(until: .seconds(5400)))
      ),
      ("field=images.*.tags:remove=true:list", Fault(.field(path: "images.*.tags", value: nil), FaultMatch([.list]))),
    ])
  func compact(text: String, fault: Fault) throws {
    #expect(try Fault(text) == fault)
    #expect(try Fault(json: fault.json) == fault)
  }

  @Test(
    "A fault that makes no sense is refused with what was expected and what came",
    arguments: [
      ("reply_lost", "'effect' must be one of reply_lost_before"), ("", "got ''"),
      ("reply_lost_after=3", "takes no value, got '3'"), ("reply_lost_after:sumbit", "got [\"sumbit\"]"),
      ("reply_lost_after:every=0", "'every' must be a whole number of at least 1, got 0"),
      ("reply_lost_after:evry=2", "'evry' is not known here, did you mean 'every'?"),
      ("reply_lost_after:count=1:count=2", "'count' is given twice"),
      ("reply_lost_after:probability=2", "from 0 to 1, got 2"), ("status", "'status' needs 'status'"),
      ("status=200", "from 400 to 599, got 200"), ("throttled=soon", "got 'soon'"),
      ("slow_headers=5 parsecs", "a duration such as"), ("job_fails=IMG.9999", "a documented code"),
      ("job_fails", "needs 'code'"), ("job_fails=IMG.0057:submit", "belongs to the call import"),
      ("reply_lost_after:import", "takes job_fails or job_takes only"),
      ("reply_lost_after:submit:name=x", "'name' can only be matched"), ("job_unknown:list", "belongs to the call job"),
      ("field=entities", "either 'value' or 'remove"), ("reply_lost_after:after=-5", "got -5"),
    ])
  func refusals(text: String, expected: String) {
    do {
      let fault = try Fault(text)
      Issue.record("'\(text)' was taken for \(fault)")
    } catch {
      #expect("\(error)".contains(expected), "\(error)")
      #expect("\(error)".hasPrefix("fault '\(text)'"), "\(error)")
    }
  }

  @Test("A file holds a seed, switches and faults, in YAML or in JSON")
  func file() throws {
    let yaml = """
      # Trouble with the list.
      seed: 42
      switches:
        image_visibility: at_end
        tag_visibility: 30s
        unique_names: true
      faults:
        - effect: throttled
          retry_after: date 5
          call: [job, list]
          probability: 0.25
        - reply_lost_after:submit:count=1
      """
    let file = try FaultFile(text: yaml, name: "faults.yaml")
    var configuration = LocalCloudConfiguration(dataDirectory: "d")
    try configuration.apply(file)
    #expect(configuration.faultSeed == 42)
    #expect(configuration.imageVisibility == .atEnd)
    #expect(configuration.tagVisibility == .delayed(.seconds(30)))
    #expect(configuration.refusesDuplicateNames)
    #expect(
      configuration.faults == [
        Fault(.throttled(.date(5)), FaultMatch([.job, .list], probability: 0.25)),
        Fault(.replyLostAfter, FaultMatch([.submit], count: 1)),
      ])
    let json =
      #"{"seed": 42, "switches": {"image_visibility": "at_end", "tag_visibility": "30s", "unique_names": true},"#
      + #" "faults": [{"effect": "throttled", "retry_after": "date 5", "call": ["job", "list"], "probability": 0.25},"#
      + #" "reply_lost_after:submit:count=1"]}"#
    #expect(try FaultFile(text: json, name: "faults.json") == file)
    #expect(try FaultFile(text: "- reply_cut", name: "f").faults == [Fault(.replyCut(after: nil))])
  }

  @Test(
    "A mistake in a file is named with its line",
    arguments: [
      ("faults:\n  - effect: throttled\n    every: often\n", "f.yaml:3: 'every' must be a whole number", "got 'often'"),
      ("seed: 1\nfaults:\n  - effect: nonsense\n", "f.yaml:3: 'effect' must be one of", "got 'nonsense'"),
      ("seed: 1\nfaults:\n\n  - call: job\n", "f.yaml:4: 'effect' is missing", "missing"),
      ("seed: x\n", "f.yaml:1: 'seed' must be a whole number", "got 'x'"),
      ("switches:\n  image_visibility: never\n", "f.yaml:2: 'image_visibility' must be at_submission", "got 'never'"),
      (
        "switches:\n  unique_name: true\n", "f.yaml:2: there is no switch 'unique_name'", "did you mean 'unique_names'?"
      ),
      ("fault: []\n", "f.yaml:1: 'fault' is not known here", "expected seed, switches, faults"),
      ("faults: 3\n", "f.yaml:1: 'faults' must be a list", "got a integer"),
      ("faults:\n  - 3\n", "f.yaml:2: a fault must be a map or a text", "got 3"),
      ("faults:\n  - reply_cut:sumbit\n", "f.yaml:2: fault 'reply_cut:sumbit': 'call' must be", "sumbit"),
      ("faults: [\n", "f.yaml", "no valid YAML"), ("", "f.yaml", "is empty"), ("just text", "f.yaml:1", "just text"),
    ])
  func lines(text: String, place: String, got: String) {
    do {
      let file = try FaultFile(text: text, name: "f.yaml")
      Issue.record("taken for \(file)")
    } catch {
      #expect("\(error)".hasPrefix(place), "\(error)")
      #expect("\(error)".contains(got), "\(error)")
    }
  }

  @Test("Every switch gives back what it was set to")
  func switches() throws {
    for found in LocalCloudConfiguration.switches {
      var configuration = LocalCloudConfiguration(dataDirectory: "d")
      let value = found.get(configuration)
      try configuration.set(found.name, value)
      #expect(found.get(configuration) == value)
      #expect(throws: FaultError.self, "\(found.name)") { try configuration.set(found.name, ["no": "value"]) }
    }
  }

  @Test("The documentation lists every switch, effect and kind of call, and its example of a file is one")
  func documentation() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "docs/local-cloud.md"), encoding: .utf8)
    for found in LocalCloudConfiguration.switches {
      let row = "| `\(found.name)` | \(found.expected) | \(found.summary) |"
      #expect(page.contains(row), "\(row)")
    }
    for effect in FaultEffect.names { #expect(page.contains("| `\(effect)` |"), "\(effect)") }
    for call in FaultCall.allCases where call != .import { #expect(page.contains("`\(call.rawValue)`"), "\(call)") }
    let example = try #require(page.components(separatedBy: "```yaml\n").dropFirst().first)
    let file = try FaultFile(
      text: String(example.prefix(upTo: #require(example.range(of: "```")).lowerBound)), name: "f")
    #expect(file.faults.count == 2)
    let texts = page.components(separatedBy: "--fault ").dropFirst().map { rest in
      rest.first == "'" ? rest.dropFirst().prefix { $0 != "'" } : rest.prefix { !$0.isWhitespace }
    }
    #expect(texts.count >= 7)
    for text in texts { #expect(throws: Never.self, "\(text)") { try Fault(String(text)) } }
  }
}
