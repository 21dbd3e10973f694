import CloudAccess
import CloudSimulator
import Foundation
import ImageImport
import Logging
import ScriptAPI
import Synchronization
import Workbench

/// Runs a script without doing what it says, once for each way in which the results it asks for may turn out.
struct DryRun: Sendable {
  let workplace: Workplace
  let script: ScriptFile
  /// The script as it was given.
  let path: String
  let arguments: [String]
  let policy: ScriptPolicy
  let mostBranches: Int
  /// Whether failures of what is asked for are followed.
  var followsFailures = true

  /// The plan.
  ///
  /// - Throws: what keeps the first branch from beginning, such as plugins that do not load; `CancellationError`.
  func plan() async throws -> DryRunPlan {
    let local = try await Self.localCloud(workplace.choice)
    do {
      let plan = try await plan(local?.profile)
      await local?.cloud.stop()
      return plan
    } catch {
      await local?.cloud.stop()
      throw error
    }
  }

  /// The built-in cloud, one for all branches.
  private static func localCloud(_ choice: CloudChoice) async throws -> (cloud: LocalCloud, profile: CloudProfile)? {
    guard case .local(let configuration, _) = choice else { return nil }
    do {
      let cloud = try LocalCloud(configuration: configuration)
      var profile = try await cloud.start().profile
      profile.dialect = configuration.dialect
      profile.identity = "local:" + URL(filePath: configuration.dataDirectory).standardizedFileURL.path
      return (cloud, profile)
    } catch let error as LocalCloudError {
      throw CommandFailure(
        .configuration, "the local cloud did not start: \(error.message)", hint: error.hint)
    }
  }

  private func plan(_ local: CloudProfile?) async throws -> DryRunPlan {
    let profile: CloudProfile
    switch workplace.choice {
    case .remote(let given, _): profile = given
    case .local:
      guard let local else { throw CancellationError() }
      profile = local
    }
    let scale = workplace.choice.clockScale(workplace.options.clockScale)
    let world = DryRunBranch.World(
      workplace: workplace, profile: profile, records: try await DryRunLedger.records(of: workplace.ledger),
      reads: DryRunReads(requestsPerSecond: workplace.options.requestsPerSecond ?? 5 * max(1, scale)), script: script,
      path: path, arguments: arguments, policy: policy,
      start: Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded()))
    let begin = ContinuousClock.now
    let main = try await DryRunBranch(world: world, assumptions: [], isMain: true).run()
    try Task.checkCancellation()
    var plan = DryRunPlan(script: script.path, profile: profile, isLocal: local != nil, main: main)
    if followsFailures { try await follow(&plan, world, limit: max(.seconds(10), begin.duration(to: .now) * 5)) }
    plan.requestsMade = world.reads.count
    plan.scrubber.add(environment: workplace.environment)
    plan.scrubber.add(profile)
    return plan
  }

  /// Runs the branches, those nearest to the first one before others.
  private func follow(_ plan: inout DryRunPlan, _ world: DryRunBranch.World, limit: Duration) async throws {
    let mentioned = MentionedCodes.find(
      in: script, directory: path == "-" ? "." : (path as NSString).deletingLastPathComponent)
    var known: Set<DryRunSite> = []
    var queue = DryRunBranches.alternatives(to: plan.branches[0].outcome, knowing: &known, mentioned: mentioned)
    let mostCalls = min(DryRunBook.mostCalls, plan.main.callCount * 4 + 2000)
    var next = 0
    while next < queue.count {
      try Task.checkCancellation()
      guard plan.runs < mostBranches else { break }
      let assumptions = queue[next]
      next += 1
      let outcome = try await DryRunBranch(
        world: world, assumptions: assumptions, isMain: false, limit: limit, mostCalls: mostCalls
      ).run()
      try Task.checkCancellation()
      plan.add(outcome)
      queue += DryRunBranches.alternatives(to: outcome, knowing: &known, mentioned: mentioned)
    }
    plan.notFollowed = Array(queue[next...])
    plan.mostBranches = mostBranches
  }
}
