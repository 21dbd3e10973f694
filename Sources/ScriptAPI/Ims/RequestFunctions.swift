import ImageImport
import LuaHost

/// The functions of `ims` that build requests; they ask nothing.
struct RequestFunctions {
  let ims: ImsModule

  var all: [HostFunction] {
    let result = [HostParameter("image", .object("ims.Image"), "a request, not yet sent")]
    return [
      HostFunction(
        "ims.system_image", "Builds a request for a system disk image.",
        parameters: [HostParameter("fields", ImageObject.record(.system), "the API's fields")], returns: result,
        since: "0.1"
      ) { arguments in [try ims.image(.system, arguments[0])] }
      .documented(
        "The fields are the API's own; `file` and `bucket` instead of `image_url` make the image of a file on this machine. Nothing "
          + "is sent; an unknown field is an error with a suggestion.", mustUse: true,
        example: """
          local ims = require "ims"

          local image = ims.system_image {
            name       = "web01",
            image_url  = "golden-images:web01.zvhd2",
            os_version = "Ubuntu 22.04 Server 64bit",
            min_disk   = 20,
            image_tags = { team = "platform" },
          }
          print(image)  --> ims.Image(web01 from golden-images:web01.zvhd2)
          """),
      HostFunction(
        "ims.data_image", "Builds a request for a data disk image.",
        parameters: [HostParameter("fields", ImageObject.record(.data), "the API's fields")], returns: result,
        since: "0.1"
      ) { arguments in [try ims.image(.data, arguments[0])] }
      .documented(
        mustUse: true,
        example: """
          local ims = require "ims"

          local image = ims.data_image { name = "data01", image_url = "obs://ims-image/data01.zvhd2", min_disk = 20 }
          print(image.kind, image.image_url)  --> data  ims-image:data01.zvhd2
          """),
      HostFunction(
        "ims.request",
        "Takes a request's JSON body as it stands, unknown fields and wrong types included, for the rules to judge.",
        parameters: [
          HostParameter("body", .map, "as the API would get it; type = 'DataImage' makes it a data disk image")
        ],
        returns: result, since: "0.1"
      ) { arguments in [ims.image(ImportRequest(json: try LuaJSON.json(arguments[0], path: "")))] }
      .documented(
        mustUse: true,
        example: """
          local ims, json = require "ims", require "json"

          local image = ims.request(json.decode '{ "name": "data01", "type": "DataImage", "min_disk": "20" }')
          print(image.kind, image:validate().ok)  --> data  false
          """),
    ]
  }
}
