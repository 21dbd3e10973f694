/// Where the ledger's file is when the user names none.
public enum LedgerLocation {
  /// The file under the XDG state directory: the record outlives caches and belongs to the user, not to a project.
  /// - Parameter environment: `XDG_STATE_HOME` is honoured when it is absolute; else `HOME/.local/state`.
  /// - Returns: An absolute path, or nil when neither variable says where.
  public static func standard(environment: [String: String]) -> String? {
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return "\(state)/slipway/ledger.sqlite" }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return "\(home)/.local/state/slipway/ledger.sqlite"
  }
}
