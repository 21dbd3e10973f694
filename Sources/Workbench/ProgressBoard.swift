/// What is known about the imports under way, and how it looks on a screen: a pure value, so that every layout can be tested as
/// text.
public struct ProgressBoard: Sendable {
  public enum Phase: Sendable, Hashable {
    /// Waits for room in the cloud; not submitted.
    case queued
    case submitted
    case running
  }

  struct Row: Sendable, Hashable {
    var id: String
    var name: String
    var phase: Phase
    /// 0 to 1; nil where the cloud does not tell.
    var fraction: Double?
    /// What holds it up, or what it is at.
    var note: String?
    var started: Duration
  }

  /// Imports under way, in the order in which they were first heard of.
  private(set) var rows = ProgressRows()
  public private(set) var succeeded = 0
  public private(set) var failed = 0
  /// Imports that are no longer waited for.
  private var detached = 0
  /// Images that were announced and have not been heard of yet.
  private var toCome = 0
  private var openBatches = 0
  private var began: Duration?
  /// How long the imports took that ended on the board, for guessing at the others.
  private var finished: (count: Int, time: Duration) = (0, .zero)
  /// The cloud answers badly.
  var isDegraded = false

  /// Failures that were told in full, by their code: how many, and whose was the first.
  private var failures: [String: (count: Int, first: String)] = [:]

  /// Whose failure was the same, once a few were told in full; many fail for one reason, which need not be said two hundred times.
  mutating func alike(_ code: String?, _ name: String) -> String? {
    guard let code else { return nil }
    let known = failures[code] ?? (0, name)
    if failures.count < 1000 || known.count > 0 { failures[code] = (known.count + 1, known.first) }
    return known.count >= 3 ? known.first : nil
  }

  /// Warnings of preflight that were told: what concerns all imports, such as a missing access key, is told once.
  private var told: Set<String> = []

  /// Whether a warning of preflight has not been told yet.
  mutating func isNews(_ warning: String) -> Bool {
    if told.count >= 1000 { told = [] }
    return told.insert(warning).inserted
  }

  public init() {}

  public var isIdle: Bool { rows.isEmpty && toCome == 0 }

  /// Imports that have not ended, those not begun included.
  var unfinished: Int { rows.count + toCome }

  /// So many images are about to be imported.
  mutating func expect(_ count: Int, at now: Duration) {
    began = began ?? now
    openBatches += 1
    toCome += count
  }

  /// A batch is over: so many of its images never began.
  mutating func endBatch(notBegun: Int) {
    openBatches = max(0, openBatches - 1)
    toCome = openBatches == 0 ? 0 : max(0, toCome - notBegun)
  }

  /// Adds or changes an import. A queued one with the same name becomes the one with this id.
  mutating func update(
    id: String, name: String?, phase: Phase, fraction: Double? = nil, note: String? = nil, at now: Duration
  ) {
    began = began ?? now
    if var row = row(id: id, name: name) {
      let known = row.id
      row.id = id
      if let name { row.name = DisplayText.harmless(name) }
      row.phase = phase
      row.fraction = fraction ?? row.fraction
      row.note = note.map { DisplayText.harmless($0) }
      rows.replace(id: known, with: row)
    } else {
      // Who is heard of for the first time is one of those announced: names and ids may be others than when they were.
      toCome = max(0, toCome - 1)
      rows.append(
        Row(
          id: id, name: DisplayText.harmless(name ?? id), phase: phase, fraction: fraction,
          note: note.map { DisplayText.harmless($0) }, started: now))
    }
  }

  /// Takes an import off the board; says how long it was on it.
  @discardableResult
  mutating func settle(id: String?, name: String?, success: Bool?, at now: Duration) -> Duration? {
    switch success {
    case true?: succeeded += 1
    case false?: failed += 1
    case nil: detached += 1
    }
    guard let row = row(id: id, name: name) else {
      toCome = max(0, toCome - 1)
      return nil
    }
    rows.remove(id: row.id)
    let time = now - row.started
    if success == true, time > .zero { finished = (finished.count + 1, finished.time + time) }
    return time
  }

  func phase(id: String?, name: String?) -> Phase? { row(id: id, name: name)?.phase }

  private func row(id: String?, name: String?) -> Row? {
    id.flatMap { rows.find(id: $0) } ?? name.flatMap { rows.findQueued(name: DisplayText.harmless($0)) }
  }

  /// A higher region is not read any more, and scrolls away what was said before.
  private static let mostLines = 16

  /// The live region: a line for each import, or the most interesting ones where there are many, and a summary where there is more
  /// than one. Never wider than the window, never higher than half of it and its rows less two.
  public func liveLines(at now: Duration, style: ScreenStyle) -> [String] {
    guard !isIdle else { return [] }
    let height = max(1, min(style.rows - 2, max(8, min(style.rows / 2, Self.mostLines))))
    let hasSummary = rows.isEmpty || (total > 1 && height > 1)
    let room = hasSummary ? height - 1 : height
    let shown = rows.count <= room ? Array(rows) : Array(inOrderOfInterest.prefix(max(1, room - 1)))
    let nameWidth = min(shown.map { DisplayText.width($0.name) }.max() ?? 0, max(12, style.columns * 2 / 5))
    var lines = shown.map { line($0, nameWidth: nameWidth, at: now, style: style) }
    let hidden = rows.count - shown.count
    if hidden > 0, room > 1 {
      lines.append(fit("+\(hidden) more", style) { style.paint(.dim, $0) })
    }
    if hasSummary {
      lines.append(fit(summary(at: now), style) { style.paint(.bold, $0) })
    }
    return lines
  }

  /// What is held up comes first, then what runs, the longest first; what waits comes last. An order that stays, so that lines do
  /// not jump.
  private var inOrderOfInterest: [Row] {
    func rank(_ row: Row) -> Int {
      switch row.phase {
      case .running, .submitted: row.note != nil ? 0 : row.phase == .running ? 1 : 2
      case .queued: 3
      }
    }
    return rows.enumerated().sorted {
      (rank($0.element), $0.element.started, $0.offset) < (rank($1.element), $1.element.started, $1.offset)
    }.map(\.element)
  }

  /// How long those on the board may still take, by those that ended; nil before enough did.
  private func remaining(at now: Duration) -> Duration? {
    guard finished.count >= 3, unfinished > 0 else { return nil }
    let usual = finished.time / finished.count
    let active = rows.filter { $0.phase != .queued }
    let longest = active.map { max(.zero, usual - (now - $0.started)) }.max() ?? usual
    let rounds = Double(unfinished - active.count) / Double(max(1, active.count))
    return longest + usual * rounds
  }

  private var total: Int { unfinished + succeeded + failed + detached }

  /// How all stand, in one line.
  func summary(at now: Duration) -> String {
    var parts = [total == 1 ? "1 image" : "\(total) images"]
    if succeeded > 0 { parts.append("\(succeeded) done") }
    if failed > 0 { parts.append("\(failed) failed") }
    let queued = rows.count { $0.phase == .queued }
    if rows.count > queued { parts.append("\(rows.count - queued) running") }
    if queued > 0 { parts.append("\(queued) waiting") }
    if toCome > 0 { parts.append("\(toCome) to come") }
    if detached > 0 { parts.append("\(detached) detached") }
    var text = parts.joined(separator: ", ") + "  " + DurationText.short(now - (began ?? now))
    if let time = remaining(at: now), time >= .seconds(1) { text += ", about \(DurationText.short(time)) to go" }
    return (isDegraded ? "API degraded; " : "") + text
  }

  private func line(_ row: Row, nameWidth: Int, at now: Duration, style: ScreenStyle) -> String {
    let name = DisplayText.padded(
      DisplayText.truncated(row.name, to: nameWidth, ellipsis: style.symbols.ellipsis), to: nameWidth)
    let word: String
    let color: Paint.Style
    switch row.phase {
    case .queued: (word, color) = ("waiting  ", .dim)
    case .submitted: (word, color) = ("submitted", .cyan)
    case .running: (word, color) = ("running  ", .blue)
    }
    var tail = ""
    if let fraction = row.fraction {
      let percent = DisplayText.padded("\(Int((fraction * 100).rounded(.down)))%", to: 4, alignment: .right)
      let barWidth = style.columns >= nameWidth + 50 ? 20 : 0
      if barWidth > 0 {
        let full = Int((fraction * Double(barWidth)).rounded(.down))
        tail +=
          String(repeating: style.symbols.barFull, count: full)
          + String(repeating: style.symbols.barEmpty, count: barWidth - full) + " "
      }
      tail += percent + "  "
    }
    tail += DurationText.short(now - row.started)
    if let note = row.note { tail += "  " + note }
    // Measured without colours, cut, then coloured: the state word starts where the name's column ends.
    let plain = DisplayText.truncated(
      "\(style.symbols.running) \(name)  \(word)  \(tail)", to: style.columns - 1, ellipsis: style.symbols.ellipsis)
    guard style.paint.enabled, let range = plain.range(of: "  \(word)  ") else { return plain }
    return plain[..<range.lowerBound] + "  " + style.paint(color, word) + "  " + plain[range.upperBound...]
  }

  private func fit(_ text: String, _ style: ScreenStyle, _ color: (String) -> String) -> String {
    color(DisplayText.truncated("  " + text, to: style.columns - 1, ellipsis: style.symbols.ellipsis))
  }
}
