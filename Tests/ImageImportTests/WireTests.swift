import CloudAccess
import Foundation
import ImageImport
import Testing

@Suite("The answers of the service")
struct WireTests {
  @Test(
    "name job states in any case, and unknown ones stay what they are",
    arguments: [
      ("INIT", JobState.initializing), ("running", .running), ("Success", .succeeded), (" FAIL ", .failed),
      ("SUSPENDED", .unknown("SUSPENDED")), ("", .unknown("")),
    ])
  func states(text: String, state: JobState) {
    #expect(JobStatus(json: ["status": .string(text)]).state.isFinal == state.isFinal)
    #expect(JobState(text) == state)
  }

  @Test(
    "name times in both forms",
    arguments: [
      ("2024-11-06T06:21:08.769Z", 1_730_874_068.769), ("04-Jun-2015 18:11:06:586", 1_433_441_466.586),
      ("2018-09-06T14:03:27Z", 1_536_242_607.0), ("2018-09-06 14:03:27", 1_536_242_607.0),
      ("29-feb-2024 00:00:00:000", 1_709_164_800.0),
    ])
  func times(text: String, seconds: Double) throws {
    let date = try #require(CloudDate.parse(text))
    #expect(abs(date.timeIntervalSince1970 - seconds) < 0.001)
  }

  @Test(
    "that name no time are no time",
    arguments: [
      "", "null", "2024", "2024-13-01T00:00:00Z", "04-Foo-2015 18:11:06:586", "x-y-z a:b:c", "2024-11-06T25:21:08Z",
    ])
  func noTimes(text: String) {
    #expect(CloudDate.parse(text) == nil)
  }

  @Test("give the image from the job itself")
  func jobImage() {
    let status = JobStatus(json: [
      "status": "SUCCESS", "job_id": " 8a12fc664fb4daa3014fb4e581380005", "job_type": "imsImportImageJob",
      "begin_time": "2024-11-06T06:21:08.769Z", "end_time": "2024-11-06T06:31:08.769Z", "error_code": .null,
      "fail_reason": .null, "entities": ["image_id": "i-1 ", "image_name": "web01"],
    ])
    #expect(status.id == "8a12fc664fb4daa3014fb4e581380005")
    #expect(status.state == .succeeded && status.imageID == "i-1" && status.imageName == "web01")
    #expect(status.errorCode == nil && status.failReason == nil)
    let result = ImportResult(imageID: "i-1", imageName: nil, job: status, reference: JobReference(id: "x"))
    #expect(result.duration == .seconds(600))
  }

  @Test("give the image from the first part that has one")
  func subJobImage() {
    let status = JobStatus(json: [
      "status": "success",
      "entities": [
        "sub_jobs_result": [
          ["status": "SUCCESS", "job_id": "s1", "entities": ["image_id": ""]],
          ["status": "SUCCESS", "job_id": "s2", "entities": ["image_id": "i-2", "image_name": "n"]],
        ],
        "sub_jobs_list": ["s1", "s2"],
      ],
    ])
    #expect(status.imageID == "i-2" && status.imageName == "n" && status.subJobs.map(\.id) == ["s1", "s2"])
  }

  @Test("give the reason of a failure wherever it stands")
  func failures() {
    let plain = JobStatus(json: ["status": "FAIL", "error_code": "IMG.0057", "fail_reason": "no file"])
    #expect(plain.errorCode == "IMG.0057" && plain.failReason == "no file")
    let addition = JobStatus(json: [
      "status": "FAIL", "error_code": "", "entities": .null, "addition_error_code": "IMG.0111",
      "addition_error_msg": "small",
    ])
    #expect(addition.errorCode == "IMG.0111" && addition.failReason == "small")
    let part = JobStatus(json: [
      "status": "FAIL",
      "entities": ["sub_jobs_result": [["status": "FAIL", "error_code": "IMG.0158", "fail_reason": "qcow2"]]],
    ])
    let object = JobStatus(json: ["status": "FAIL", "error": ["code": "X", "message": "broken"]])
    #expect(object.failReason == "broken")
    #expect(part.errorCode == "IMG.0158" && part.failReason == "qcow2" && part.subJobs.first?.state == .failed)
  }

  @Test(
    "survive missing, null and odd members",
    arguments: [
      JSONValue.object([:]), ["status": "RUNNING", "entities": .null], ["status": 5, "entities": []],
      ["status": "INIT", "entities": ["sub_jobs_result": "x", "image_id": 5]],
      ["status": "RUNNING", "end_time": "", "begin_time": .null],
    ])
  func lenience(json: JSONValue) {
    let status = JobStatus(json: json)
    #expect(!status.state.isFinal && status.raw == json && status.endTime == nil)
  }

  @Test(
    "give progress as a fraction, a number or a text",
    arguments: [
      (JSONValue.number(0.4), 0.4), (40, 0.4), ("40%", 0.4), (0, 0.0), (1, 1.0), (250, 1.0), (-5, nil), ("x", nil),
      (.null, nil),
    ] as [(JSONValue, Double?)])
  func progress(percent: JSONValue, wanted: Double?) {
    #expect(JobStatus(json: ["entities": ["process_percent": percent]]).progress == wanted)
  }

  @Test("describe images and keep what is unknown")
  func image() {
    let json: JSONValue = [
      "id": "i", "name": "web01", "status": "active", "min_disk": 40, "__os_version": "CentOS 7.0 64bit",
      "tags": ["a.b", 5], "created_at": "2018-09-06T14:03:27Z", "__image_size": "1024", "__support_new": "true",
      "protected": "true", "__data_origin": "file,b:o", "virtual_size": .null,
    ]
    let image = ImageRecord(json: json)
    #expect(
      image.isActive && image.minDisk == 40 && image.tags == ["a.b"] && image.imageSize == 1024 && image.isProtected)
    #expect(image.raw["__support_new"] == "true" && image.createdAt?.timeIntervalSince1970 == 1_536_242_607)
    #expect(ImageRecord(json: "x").id.isEmpty)
    let tagged = ImageRecord(json: ["tags": ["a.b.c", "k=v.w", "alone"]])
    #expect(
      tagged.imageTags == [
        ImageTag(key: "a", value: "b.c"), ImageTag(key: "k", value: "v.w"), ImageTag(key: "alone", value: ""),
      ])
  }

  @Test("tell the quota of images among others")
  func quota() {
    let json: JSONValue = [
      "quotas": [
        "resources": [["type": "image_member", "used": 9, "quota": 9], ["type": "image", "used": 3, "quota": 20]]
      ]
    ]
    #expect(ImageQuota(json: json)?.free == 17)
    #expect(ImageQuota(json: [:]) == nil)
  }
}
