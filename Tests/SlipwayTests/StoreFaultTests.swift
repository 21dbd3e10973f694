import Foundation
import Testing

/// What object storage may refuse, from the local cloud's server, and what the commands make of it.
@Suite("Refusals of object storage")
struct StoreFaultTests {
  /// Faults of the cloud, and the words expected of a command.
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var faults: [String]
    var inspect: (Int32, [String])
    var upload: (Int32, [String])?
    /// Of `slipway import` with preflight.
    var imports: (Int32, [String])

    var testDescription: String { name }
  }

  private static let everywhere = "bucket,object_head,object_get,object_put,upload_start"
  private static let endpoint = "obs.eu-nl.otc.t-systems.com"
  private static let elsewhere = ["does not live at this endpoint", endpoint, "object_store_endpoint_override"]
  private static let archived = "header=x-obs-storage-class:object_head:value=COLD"

  private static let cases = [
    Case(
      name: "permanent redirect", faults: ["refused=PermanentRedirect:\(everywhere):reason=\(endpoint)"],
      inspect: (65, elsewhere), upload: (65, elsewhere),
      imports: (65, ["check bucket_region", "lies in another region", endpoint])),
    Case(
      name: "temporary redirect", faults: ["refused=TemporaryRedirect:\(everywhere):reason=\(endpoint)"],
      inspect: (65, elsewhere), upload: (65, elsewhere),
      imports: (65, ["check bucket_region", "lies in another region", endpoint])),
    Case(
      name: "signed for another region",
      faults: [
        "refused=AuthorizationHeaderMalformed:\(everywhere):reason=eu-nl",
        "header=x-obs-bucket-location:\(everywhere):value=eu-nl",
      ], inspect: (65, ["does not live at this endpoint", "the region eu-nl"]),
      upload: (65, ["does not live at this endpoint", "the region eu-nl"]),
      imports: (65, ["check bucket_region", "lies in another region", "eu-nl"])),
    Case(
      name: "encrypted with a key of the customer, seen by HEAD",
      faults: ["header=x-obs-server-side-encryption-customer-algorithm:object_head:value=AES256"],
      inspect: (0, ["importable"]), imports: (0, ["check encryption", "SSE-C", "images:x.zvhd2"])),
    Case(
      name: "encrypted with a key of the customer, refused", faults: ["refused=InvalidRequest:object_head,object_get"],
      inspect: (65, ["images:x.zvhd2", "SSE-C"]), imports: (0, ["Not checked: object", "400", "SSE-C"])),
    Case(
      name: "archived and being restored",
      faults: [
        archived, "header=x-obs-restore:object_head:value=ongoing-request=\"true\"",
        "refused=InvalidObjectState:object_get",
      ], inspect: (1, ["images:x.zvhd2", "archived", "restore it"]),
      imports: (65, ["check object_class", "still under way", "Wait until it is restored"])),
    Case(
      name: "archived", faults: [archived, "refused=InvalidObjectState:object_get"],
      inspect: (1, ["images:x.zvhd2", "archived", "restore it"]),
      imports: (65, ["check object_class", "cannot be read before it is restored"])),
    Case(
      name: "a HEAD that is forbidden", faults: ["refused=AccessDenied:object_head"],
      inspect: (77, ["images:x.zvhd2", "it is not there", "may not list"]),
      upload: (77, ["images:up.raw", "may not list"]), imports: (0, ["Not checked: object", "may not list"])),
    Case(
      name: "a delete marker",
      faults: [
        "refused=NoSuchKey:object_head,object_get", "header=x-obs-delete-marker:object_head,object_get:value=true",
      ],
      inspect: (1, ["images:x.zvhd2", "delete marker"]), upload: (0, []),
      imports: (65, ["check object", "delete marker", "IMG.0121"])),
    Case(
      name: "a clock that is two hours ahead", faults: ["clock_skew=7200"], inspect: (0, ["importable"]),
      upload: (0, []), imports: (0, [])),
    Case(
      name: "a clock that is two hours behind", faults: ["clock_skew=-7200"], inspect: (0, ["importable"]),
      upload: (0, []), imports: (0, [])),
  ]

  @Test("It is told what stands in the way and what to do about it", arguments: cases)
  func told(_ fault: Case) async throws {
    try await withTemporaryDirectory { directory in
      let cloud = directory.appending(path: "cloud")
      try await ExampleFiles.disk(in: cloud, bucket: "images", key: "x.zvhd2")
      let file = directory.appending(path: "up.raw")
      try Data(repeating: 7, count: 1 << 20).write(to: file)
      let options =
        ["--cloud", "local", "--local-cloud", cloud.path] + fault.faults.flatMap { ["--fault", $0] }
      func expect(_ command: [String], _ wanted: (Int32, [String])) async throws {
        let outcome = try await Tool.run(
          command + options, environment: ["XDG_STATE_HOME": directory.appending(path: "state").path])
        #expect(outcome.status == wanted.0, "\(command[0]): \(outcome.errors)")
        for words in wanted.1 {
          #expect((outcome.errors + outcome.output).contains(words), "\(words): \(outcome.errors)")
        }
      }
      try await expect(["inspect", "images:x.zvhd2"], fault.inspect)
      if let upload = fault.upload { try await expect(["upload", file.path, "images:up.raw"], upload) }
      try await expect(
        [
          "import", "--name", "web01", "--image-url", "images:x.zvhd2", "--os-version", "CentOS 7.0 64bit",
          "--min-disk",
          "40",
        ], fault.imports)
    }
  }
}
