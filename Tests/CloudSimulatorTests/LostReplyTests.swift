import CloudAccess
import Foundation
import ImageImport
import Testing

@testable import CloudSimulator

@Suite("Lost replies")
struct LostReplyTests {
  @Test(
    "A submission whose reply is lost is never sent again blindly: its image is found, or it stays unsettled",
    arguments: [
      ("reply_lost_after", 1), ("reply_lost_before", 0), ("request_cut", 0), ("status=500", 0),
      ("status=502:executed=true", 1), ("status=504:executed=true", 1), ("status=503:body=empty", 0),
      ("reply_cut=3", 1), ("field=job_id:remove=true", 1), ("field=job_id:value=null", 1),
    ])
  func ambiguous(text: String, images: Int) async throws {
    try await TestCloud.run { cloud in
      try cloud.putSample()
      cloud.cloud.add(try Fault(text + ":submit:count=1"))
      let client = cloud.client()
      if images == 1 {
        let result = try await client.imports.importImage(TestCloud.request("web"))
        #expect(result.adopted && cloud.imageNames == ["web"], "\(text)")
      } else {
        let error = await #expect(throws: ImportError.self) {
          _ = try await client.imports.submit(TestCloud.request("web"))
        }
        #expect(error?.isAmbiguous == true, "\(text): \(String(describing: error))")
        #expect(error?.hint?.contains("never sends twice") == true)
      }
      #expect(cloud.imageNames.count == images, "\(text)")
      #expect(cloud.cloud.callCounts[.submit] == 1, "\(text)")
      // The fault is spent, and the cloud is as it was.
      _ = try await client.imports.submit(TestCloud.request("other"))
      #expect(cloud.imageNames.count == images + 1)
    }
  }

  @Test(
    "A question whose answer is lost or cut is asked again",
    arguments: [
      "reply_lost_before", "reply_lost_after", "reply_cut=1", "reply_cut", "status=502", "status=503:body=json",
    ])
  func questions(text: String) async throws {
    try await TestCloud.run { cloud in
      try cloud.putSample()
      let client = cloud.client()
      cloud.cloud.add(try Fault(text + ":list,job,token:every=2"))
      _ = try await client.imports.importImage(TestCloud.request("web"), timeout: .seconds(60))
      for _ in 0..<3 {
        #expect(try await client.images.images(ImageQuery(name: "web")).all().map(\.name) == ["web"])
      }
      #expect(cloud.cloud.faults[0].struck >= 2)
    }
  }
}
