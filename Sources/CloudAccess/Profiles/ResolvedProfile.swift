/// A profile with the story of how it was found.
public struct ResolvedProfile: Sendable {
  public var profile: CloudProfile
  /// The source that won, for example `entry otc of /home/me/clouds.yaml`.
  public var source: String
  /// Why it won, and which others were passed over.
  public var reasons: [String]
  /// Where each setting came from: the name of the setting, and the variable or the file, entry and field.
  public var places: [(setting: String, place: String)]
}
