import ImageImport
import LuaHost

/// The functions of `ims` that ask for images and the quota.
struct QueryFunctions {
  let ims: ImsModule

  var all: [HostFunction] {
    [
      HostFunction(
        "ims.images", "The images that match, one a turn of the loop; pages are fetched as needed.",
        parameters: [
          HostParameter("filter", ImageFilter.record, "all must match; private images by default", optional: true)
        ],
        returns: [
          HostParameter(
            "iterator", .iterator([HostParameter("record", .object("ims.Record"), "an image")]),
            "for record in ims.images{…} do")
        ], since: "0.1"
      ) { arguments in
        let query = try ImageFilter.query(arguments[0])
        let pages = ImagePages(query: query, ims: ims)
        return [
          LuaIterator.value {
            guard let next = try await pages.next() else { return [.nil] }
            return [ims.record(next)]
          }
        ]
      }.documented(
        "The loop waits for pages, so other tasks go on.",
        raises: [RaisedError("argument", "a filter is malformed")] + ImsRecords.cloudErrors, mustUse: true,
        example: """
          local ims = require "ims"

          local count = 0
          for record in ims.images { status = "active", sort_key = "name", sort_dir = "asc" } do count = count + 1 end
          print(count > 0)  --> true
          """),
      .waiting(
        "ims.image", "One image by its id.",
        parameters: [HostParameter("id", .string, "the image's UUID")],
        returns: [HostParameter("record", .object("ims.Record"), "the image")], since: "0.1"
      ) { arguments in
        let id = try Identifier.read(arguments[0], "an image id", of: "ims.image", hint: "image ids are UUIDs")
        return [ims.record(try await ims.attempt(.read) { try await $0.client.image(id) })]
      }.documented(
        raises: [RaisedError("not_found", "there is no such image"), RaisedError("argument", "the id cannot be one")]
          + ImsRecords.cloudErrors, mustUse: true,
        example: """
          local ims = require "ims"

          local ok, err = pcall(ims.image, "3b2f4404-6407-44a6-99a5-ebc5b6f6de6f")
          print(ok, err.kind)  --> false  not_found
          """),
      .waiting(
        "ims.quota", "How many private images are used and allowed.",
        returns: [HostParameter("quota", ImsRecords.quota, "of private images")], since: "0.1"
      ) { _ in [LuaJSON.value(try await ims.attempt(.read) { try await $0.client.quota().json })] }
      .documented(
        raises: ImsRecords.cloudErrors, mustUse: true,
        example: """
          local ims = require "ims"

          local quota = ims.quota()
          print(quota.used + quota.free == quota.quota)  --> true
          """),
    ]
  }
}
