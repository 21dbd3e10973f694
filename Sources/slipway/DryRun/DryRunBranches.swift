/// Which other ways there are once a run is known.
enum DryRunBranches {
  /// For every place where that run asked for a result and none before did: the run's own assumptions, and one more about the place.
  ///
  /// Every place comes before the second code of any.
  static func alternatives(
    to outcome: DryRunOutcome, knowing known: inout Set<DryRunSite>, mentioned: [String]
  ) -> [[DryRunAssumption]] {
    let fresh = outcome.sites.filter { known.insert($0.site).inserted }
    let codes = fresh.map { DryRunAssumption.codes(at: $0.site, mentioned: mentioned) }
    var result: [[DryRunAssumption]] = []
    for round in 0..<(codes.map(\.count).max() ?? 0) {
      for (site, codes) in zip(fresh, codes) where round < codes.count {
        for extent in [DryRunAssumption.Extent.first(index: site.first), .all] {
          result.append(
            outcome.assumptions + [DryRunAssumption(site: site.site, extent: extent, code: codes[round])])
        }
      }
    }
    return result
  }
}
