import CloudAccess

extension Duration {
  /// For messages: `250 ms`, `40 s`, `10 min`, `24 h`.
  var brief: String {
    let seconds = inSeconds
    if seconds < 1 { return "\(Int((seconds * 1000).rounded())) ms" }
    if seconds < 120 { return "\(Int(seconds.rounded())) s" }
    if seconds < 7200 { return "\(Int((seconds / 60).rounded())) min" }
    return "\(Int((seconds / 3600).rounded())) h"
  }
}
