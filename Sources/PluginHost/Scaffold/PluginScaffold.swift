/// The files of a new plugin: a policy that works as it stands, with a test that passes.
public enum PluginScaffold {
  /// Path inside the plugin, and text.
  public static func files(_ name: String) -> [(path: String, text: String)] {
    [
      (PluginManifest.fileName, manifest(name)), ("main.lua", main), ("\(name)_test.lua", test),
      ("README.md", readme(name)),
    ]
  }

  private static func manifest(_ name: String) -> String {
    """
    name: \(name)
    version: 0.1.0
    api: ^\(PluginAPI.version.major).\(PluginAPI.version.minor)
    description: Refuses images without a tag.

    # What the user can set, under config in slipway.yaml or with --plugin-set \(name).tag=owner.
    config:
      tag:
        type: string
        default: owner
        pattern: "[a-z][a-z0-9_-]*"
        doc: The key of the tag that every image must have.

    # The functions of main.lua that are called, and their place among those of other plugins: smaller numbers first.
    hooks:
      on_validate: { priority: 50 }

    # What the plugin needs of the machine and the cloud; the user has to grant it.
    # capabilities:
    #   - net:hooks.example.com
    #   - { capability: "fs.read:manifests", optional: true, why: reads the list of owners }

    """
  }

  private static let main = """
    local plugin = require "plugin"

    local M = {}

    -- Called for every image, after the rules. What report:refuse adds refuses the import, report:warn lets it pass.
    function M.on_validate(image, report)
      local key = plugin.config.tag
      local value = plugin.tags(image)[key]
      if value == nil or value == "" then
        report:refuse("image_tags", ("the image has no tag '%s'"):format(key), ("add image_tags = { %s = \\"…\\" }"):format(key))
      end
    end

    return M

    """

  private static let test = """
    local ims, test = require "ims", require "test"

    local function image(tags)
      return ims.data_image { name = "data01", image_url = "images:data.zvhd2", min_disk = 20, image_tags = tags }
    end

    test.before_each(function(cloud) cloud:put_object { bucket = "images", key = "data.zvhd2" } end)

    test.case("an image with the tag is imported", function(cloud)
      test.equal(ims.import(image { owner = "web" }).status, "SUCCESS")
      test.equal(cloud.requests.submit, 1)
    end)

    test.case("an image without the tag is refused, and nothing is sent", function(cloud)
      test.raises(function() ims.import(image()) end, { kind = "validation", message = "no tag 'owner'" })
      test.equal(cloud.requests.submit, 0)
    end)

    """

  private static func readme(_ name: String) -> String {
    """
    # \(name)

    Refuses images without a tag.

    ```yaml
    # slipway.yaml
    plugins:
      - name: \(name)
        config:
          tag: owner
    ```

    Test it with `slipway plugin test \(name)`, look at it with `slipway plugin doctor`.

    """
  }
}
