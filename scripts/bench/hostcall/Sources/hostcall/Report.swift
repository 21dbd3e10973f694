import Foundation

/// Prints groups of figures: median and least of the rounds, and how many times the group's first median it is.
struct Report {
  let asJSON: Bool

  init(asJSON: Bool) { self.asJSON = asJSON }

  mutating func add(_ group: [(name: String, times: [Double])]) {
    guard let baseline = group.first else { return }
    for (index, member) in group.enumerated() {
      let median = Self.median(member.times)
      let least = member.times.min() ?? 0
      let ratio = index == 0 ? nil : median / Self.median(baseline.times)
      if asJSON {
        var fields = [
          "\"name\":\"\(member.name)\"", String(format: "\"median_ns\":%.2f", median),
          String(format: "\"min_ns\":%.2f", least), "\"rounds\":\(member.times.count)",
        ]
        if let ratio { fields += ["\"baseline\":\"\(baseline.name)\"", String(format: "\"ratio\":%.3f", ratio)] }
        print("{\(fields.joined(separator: ","))}")
      } else {
        let name = (index == 0 ? "" : "  ") + member.name
        print(
          name.padding(toLength: 36, withPad: " ", startingAt: 0)
            + String(format: "%10.1f ns  [%9.1f]", median, least)
            + (ratio.map { String(format: "  %6.2fx", $0) } ?? ""))
      }
    }
  }

  private static func median(_ times: [Double]) -> Double {
    let sorted = times.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }
}
