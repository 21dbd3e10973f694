import ArgumentParser

/// Which plugins a command works with, and what they are granted.
struct PluginOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The project file; by default slipway.yaml in the working directory or above.", valueName: "file"),
    completion: .file(extensions: ["yaml"]))
  var project: String?

  @Option(
    name: .customLong("plugin"),
    help: ArgumentHelp("Load the plugin in this directory, too; may be repeated.", valueName: "dir"),
    completion: .directory)
  var plugins: [String] = []

  @Option(
    name: .customLong("plugin-set"),
    help: ArgumentHelp("Set something in a plugin's configuration; may be repeated.", valueName: "name.key=value"))
  var assignments: [String] = []

  @Option(
    name: .customLong("plugin-grant"),
    help: ArgumentHelp(
      "Grant a plugin a capability, such as web=net:example.com; may be repeated.", valueName: "name=capability"))
  var grants: [String] = []

  @Flag(
    help: "Let the project file grant to plugins though it was not allowed with slipway plugin allow; for pipelines.")
  var trustGrants = false

  @Flag(help: "Load no plugins.")
  var noPlugins = false

  func validate() throws {
    if noPlugins, !plugins.isEmpty { throw ValidationError("--no-plugins and --plugin exclude each other.") }
    for path in plugins where path.isEmpty { throw ValidationError("--plugin must name a directory, got ''.") }
  }

  var choice: PluginChoice {
    PluginChoice(
      project: project, plugins: plugins, assignments: assignments, grants: grants, isOff: noPlugins,
      trustsGrants: trustGrants)
  }
}
