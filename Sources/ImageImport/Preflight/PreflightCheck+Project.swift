import CloudAccess

/// What is checked about the project: rules 5, 58, 59, 62 and 63.
extension PreflightCheck {
  static let projectChecks = [quota, runningJobs, name]

  static let project = PreflightCheck(
    "project", "the credentials belong to the project of the region", rules: [59, 58], asks: .quota
  ) { probe in
    if let failure = probe.facts.quota.failure, isRefused(failure.error) {
      probe.report(
        59, "The image service does not take these credentials for the project: \(Quoted.plain(failure.error.message))",
        code: failure.error.code.flatMap { ErrorCatalogue.entry($0) == nil ? nil : $0 },
        hint: failure.error.hint.map { "Use credentials of that project; \($0)." })
      probe.explain(.quota)
      if let other = probe.facts.images.failure, isRefused(other.error) { probe.explain(.images) }
    }
    probe.apply(58, to: nil)
    let region = probe.facts.region
    // A project is named after its region: eu-de, or eu-de_team.
    guard let name = probe.facts.projectName, name != region, !name.hasPrefix(region + "_"), name.contains("-") else {
      return
    }
    guard looksLikeRegion(name.prefix { $0 != "_" }) else { return }
    probe.report(
      59, "The project \(Quoted.text(name)) seems to belong to another region than \(region).", severity: .warning,
      hint: "Use the project \(region) or one of its sub-projects, or set the region.")
  }

  /// Whether an answer says that the caller is not of this project, rather than that it may not ask this.
  private static func isRefused(_ error: CloudError) -> Bool {
    error.kind == .authentication || error.code == "IMG.0030" || error.code == "IMG.0067"
  }

  /// Whether a text has the form of a region's name: `eu-de`, `cn-north-4`.
  private static func looksLikeRegion(_ text: Substring) -> Bool {
    text.wholeMatch(of: /[a-z]{2}-(?:[a-z]{2}[0-9]?|[a-z]+-[0-9]+)/) != nil
  }

  private static let quota = PreflightCheck(
    "quota", "the quota of private images is not used up", rules: [62], asks: .quota
  ) { probe in
    guard case .known(let quota) = probe.facts.quota, quota.free == 0 else { return }
    let own = probe.facts.ownImports
    if own > 0 {
      probe.report(
        62,
        "The quota of private images is used up: \(quota.used) of \(quota.quota), \(own) of them imports of this run; one "
          + "that fails gives its place back.", severity: .warning)
    } else {
      probe.report(62, "The quota of private images is used up: \(quota.used) of \(quota.quota).")
    }
  }

  private static let runningJobs = PreflightCheck(
    "running_jobs", "fewer than 40 images are being made", rules: [63], asks: .images
  ) { probe in
    guard case .known(let roll) = probe.facts.images else { return }
    let others = roll.underWay - probe.facts.ownImports
    guard others >= 40 else { return }
    probe.report(
      63, "\(others) images are being made already, and the service makes 40 at a time: the import waits for room.",
      severity: .warning, hint: "Nothing needs to be done; it is sent again until there is room.")
  }

  private static let name = PreflightCheck(
    "name", "no other image of the project has the name", rules: [5], asks: .images
  ) { probe in
    guard case .known(let roll) = probe.facts.images, let name = probe.request.name, let ids = roll.ids[name],
      let first = ids.first
    else { return }
    let more = ids.count > 1 ? " and \(ids.count - 1) more" : ""
    probe.report(5, "The name \(Quoted.text(name)) is in use already: image \(Quoted.plain(first))\(more).")
  }
}
