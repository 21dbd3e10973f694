import CloudAccess
import Workbench

extension DryRunPlan {
  /// The whole plan as one object, without secrets.
  var json: JSONValue {
    scrubber.json(
      .object([
        "event": "plan", "script": .string(script),
        "cloud": .object([
          "name": .string(profile.name), "region": .string(profile.region),
          "dialect": .string(profile.dialect.rawValue),
          "is_local": .bool(isLocal),
        ]),
        "branches": .array(branches.enumerated().map { Self.json($1, number: $0 + 1) }),
        "same": .array(
          folded.map { folded in
            .object([
              "assumptions": .array(folded.assumptions.map(\.json)), "same_as": .integer(Int64(folded.sameAs)),
            ])
          }),
        "not_followed": .array(notFollowed.map { .array($0.map(\.json)) }),
        "runs": .integer(Int64(runs)), "max_branches": .integer(Int64(mostBranches)),
        "requests_made": .integer(Int64(requestsMade)),
        "summary": DryRunSummary(main).json, "exit_status": .integer(Int64(status.code)),
      ]))
  }

  private static func json(_ branch: Branch, number: Int) -> JSONValue {
    .object([
      "number": .integer(Int64(number)), "assumptions": .array(branch.outcome.assumptions.map(\.json)),
      "steps": .array(
        zip(branch.outcome.steps, branch.isNew).enumerated().map { index, step in
          step.0.json(number: index + 1, isNew: step.1)
        }),
      "output": .string(branch.outcome.output), "end": branch.outcome.ending.json,
    ])
  }
}
