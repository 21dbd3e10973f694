import ArgumentParser
import ImageImport
import LuaHost

/// Whether and how imports are checked against the cloud before they are sent.
struct PreflightFlags: ParsableArguments {
  @Flag(help: "Send imports without asking the cloud first whether they can succeed.")
  var noPreflight = false

  @OptionGroup var checks: PreflightCheckOptions

  /// What they say.
  var options: PreflightOptions {
    var options = checks.options
    options.isEnabled = !noPreflight
    return options
  }
}

/// Which checks of preflight, and how long it may take.
struct PreflightCheckOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Leave out these checks of preflight, such as bitmap_file,quota; findings name theirs.", valueName: "names"))
  var skipPreflight: [String] = []

  @Option(
    help: ArgumentHelp(
      "After how long checks without an answer become warnings, such as 10s. 30s by default.", valueName: "duration"))
  var preflightTimeout: String?

  func validate() throws {
    do {
      _ = try parsed()
    } catch let error as ImportError {
      throw ValidationError("--skip-preflight: \(error.message) \(error.hint ?? "")")
    }
  }

  /// What they say.
  var options: PreflightOptions { (try? parsed()) ?? PreflightOptions() }

  private func parsed() throws -> PreflightOptions {
    var options = PreflightOptions()
    let names = skipPreflight.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
    try options.skip(names.map { String($0.filter { $0 != " " }) })
    if let preflightTimeout {
      guard let time = LuaDuration.parse(preflightTimeout), time > .zero else {
        throw ValidationError(
          "--preflight-timeout must be a duration above 0 such as 10s or 1m, got '\(preflightTimeout)'.")
      }
      options.timeout = time
    }
    return options
  }
}
