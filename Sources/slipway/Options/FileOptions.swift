import ArgumentParser

/// Where a disk file goes before it is imported.
struct FileOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The bucket for the file.", valueName: "bucket"))
  var bucket: String?

  @Option(
    help: ArgumentHelp(
      "The object's key; by default the file's name, ending in .zvhd2 when it is converted. One that ends with / gets that "
        + "name behind it.", valueName: "key"))
  var object: String?

  @Flag(help: "Convert a RAW file to ZVHD2 even if its bitmap file (.mf) lies beside it.")
  var convert = false

  @Flag(help: "Delete the object when the image is made; it stays when anything fails.")
  var deleteObject = false

  @Flag(
    help:
      "Look at the file, the request and the cloud and say what would be done; send nothing. Without a cloud, a file is looked at alone."
  )
  var dryRun = false

  var isGiven: Bool { bucket != nil || object != nil || convert || deleteObject }
}
