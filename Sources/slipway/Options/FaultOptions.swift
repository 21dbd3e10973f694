import ArgumentParser

/// What is to go wrong in the local cloud.
struct FaultOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Take faults and switches of the local cloud from this file, YAML or JSON.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var faults: String?

  @Option(
    help: ArgumentHelp(
      "Let something go wrong in the local cloud: EFFECT[=VALUE][:CALL][:NAME=VALUE]…; may be repeated.",
      valueName: "fault"))
  var fault: [String] = []

  @Option(
    name: .customLong("switch"),
    help: ArgumentHelp(
      "Set a behaviour of the local cloud: NAME=VALUE, such as image_visibility=at_end; may be repeated.",
      valueName: "switch"))
  var switches: [String] = []

  @Option(help: ArgumentHelp("Draw the chances of faults from this number.", valueName: "n"))
  var faultSeed: UInt64?

  var trouble: Trouble { Trouble(file: faults, faults: fault, switches: switches, seed: faultSeed) }
}
