import CloudAccess

extension LocalCloudConfiguration {
  /// A behaviour that files, flags and `/_control/switches` can set by its name, also while the cloud runs.
  struct Switch: Sendable {
    let name: String
    /// What it decides.
    let summary: String
    /// What a value may be.
    let expected: String
    let get: @Sendable (LocalCloudConfiguration) -> JSONValue
    /// Returns whether the value could be taken.
    let set: @Sendable (inout LocalCloudConfiguration, JSONValue) -> Bool
  }

  /// All switches, as they are documented.
  static let switches: [Switch] = [
    visibility("image_visibility", "when an image under import shows in lists", { \.imageVisibility }),
    visibility("tag_visibility", "when the tags of an image under import show", { \.tagVisibility }),
    flag("unique_names", "whether a name another image has is refused (IMG.0009)", { \.refusesDuplicateNames }),
    flag(
      "known_os_versions", "whether an os_version no document lists is refused (IMG.0056)",
      { \.refusesUnlistedOSVersions }),
    flag("keeps_killed_images", "whether a failed import leaves an image `killed`", { \.keepsKilledImages }),
    flag("sub_jobs", "whether the image id stands in a sub job", { \.reportsSubJobs }),
    flag("disk_must_be_smaller", "whether `min_disk` must exceed the disk inside", { \.minDiskMustExceedDisk }),
    flag(
      "ignores_one_byte_ranges", "whether a range of one byte gives the whole object", { \.ignoresSingleByteRanges }),
    flag("aws_chunked", "whether uploads in the encoding aws-chunked are taken", { \.knowsChunkedBodies }),
    flag("os_versions", "whether the list of operating systems exists", { \.offersOSVersions }),
    whole("image_quota", "private images of the project", 0...1_000_000, { \.imageQuota }),
    whole("concurrent_tasks", "imports at a time", 0...1_000_000, { \.concurrentTasks }),
    whole("unknown_job_status", "status of a query for an unknown job", 400...599, { \.unknownJobStatus }),
    duration("job_queue_delay", "cloud time a job stays INIT", { \.jobQueueDelay }),
    duration("job_base", "cloud time a job runs at least", { \.jobBaseDuration }),
    duration("job_per_gib", "cloud time more for each GiB of the disk", { \.jobDurationPerGiB }),
    duration("delete_delay", "cloud time from DELETE to the image leaving the lists", { \.deleteDelay }),
    duration("token_lifetime", "real time a token lives", { \.tokenLifetime }),
    Switch(
      name: "clock_tolerance", summary: "largest difference of a signature's date", expected: "a duration or null",
      get: { $0.maximumClockSkew.map { .number($0.inSeconds) } ?? .null },
      set: { configuration, value in
        guard value.isNull || FaultMembers.duration(value) != nil else { return false }
        configuration.maximumClockSkew = FaultMembers.duration(value)
        return true
      }),
    Switch(
      name: "tag_separator", summary: "between key and value in `tags` of images", expected: "one character",
      get: { .string(String($0.tagSeparator)) },
      set: { configuration, value in
        guard let text = value.stringValue, text.count == 1, let character = text.first else { return false }
        configuration.tagSeparator = character
        return true
      }),
  ]

  /// Sets a switch.
  ///
  /// - Throws: `FaultError` naming the switch, what was expected and what came.
  public mutating func set(_ name: String, _ value: JSONValue, place: String? = nil) throws(FaultError) {
    let place = place ?? "switch '\(name)'"
    guard let found = Self.switches.first(where: { $0.name == name }) else {
      let names = Self.switches.map(\.name)
      let near =
        Spelling.nearest(to: name, in: names).map { "did you mean '\($0)'?" }
        ?? "expected one of \(names.joined(separator: ", "))"
      throw FaultError(place: place, message: "there is no switch '\(name.prefix(60))', \(near)")
    }
    guard found.set(&self, value) else {
      throw FaultError(
        place: place, message: "'\(name)' must be \(found.expected), got \(FaultMembers.shown(value))")
    }
  }

  /// From the form of flags, `NAME=VALUE`.
  public mutating func set(flag text: String) throws(FaultError) {
    guard let mark = text.firstIndex(of: "=") else {
      throw FaultError(place: "switch '\(text.prefix(60))'", message: "expected NAME=VALUE")
    }
    let written = String(text[text.index(after: mark)...])
    let value = (try? JSONValue(parsing: Array(written.utf8))) ?? .string(written)
    try set(String(text[..<mark]), value)
  }

  /// All switches with their values.
  var switchValues: JSONValue {
    .object(Dictionary(uniqueKeysWithValues: Self.switches.map { ($0.name, $0.get(self)) }))
  }

  private static func flag(
    _ name: String, _ summary: String, _ path: @escaping @Sendable () -> WritableKeyPath<LocalCloudConfiguration, Bool>
  ) -> Switch {
    Switch(
      name: name, summary: summary, expected: "true or false", get: { .bool($0[keyPath: path()]) },
      set: { configuration, value in
        guard let value = value.boolValue else { return false }
        configuration[keyPath: path()] = value
        return true
      })
  }

  private static func whole(
    _ name: String, _ summary: String, _ range: ClosedRange<Int>,
    _ path: @escaping @Sendable () -> WritableKeyPath<LocalCloudConfiguration, Int>
  ) -> Switch {
    Switch(
      name: name, summary: summary, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
      get: { .integer(Int64($0[keyPath: path()])) },
      set: { configuration, value in
        guard let value = value.intValue, range.contains(value) else { return false }
        configuration[keyPath: path()] = value
        return true
      })
  }

  private static func duration(
    _ name: String, _ summary: String,
    _ path: @escaping @Sendable () -> WritableKeyPath<LocalCloudConfiguration, Duration>
  ) -> Switch {
    Switch(
      name: name, summary: summary, expected: "a duration such as 90s or a number of seconds",
      get: { .number($0[keyPath: path()].inSeconds) },
      set: { configuration, value in
        guard let value = FaultMembers.duration(value) else { return false }
        configuration[keyPath: path()] = value
        return true
      })
  }

  private static func visibility(
    _ name: String, _ summary: String,
    _ path: @escaping @Sendable () -> WritableKeyPath<LocalCloudConfiguration, Visibility>
  ) -> Switch {
    Switch(
      name: name, summary: summary, expected: "at_submission, at_end, or a delay such as 30s",
      get: { configuration in
        switch configuration[keyPath: path()] {
        case .atSubmission: "at_submission"
        case .atEnd: "at_end"
        case .delayed(let delay): .number(delay.inSeconds)
        }
      },
      set: { configuration, value in
        switch value.stringValue {
        case "at_submission": configuration[keyPath: path()] = .atSubmission
        case "at_end": configuration[keyPath: path()] = .atEnd
        default:
          guard let delay = FaultMembers.duration(value) else { return false }
          configuration[keyPath: path()] = .delayed(delay)
        }
        return true
      })
  }
}
