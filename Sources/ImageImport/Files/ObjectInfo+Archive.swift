import ObjectStorage

extension ObjectInfo {
  /// Whether its class lets it be read only after it was restored.
  var isArchived: Bool { storageClass == .cold || storageClass == .deepArchive }

  /// Whether it is being restored; the service says `ongoing-request="true"`.
  var isBeingRestored: Bool { restore?.lowercased().contains("ongoing-request=\"true\"") == true }

  /// Whether it cannot be read as it is.
  ///
  /// A restored one says `ongoing-request="false"`, with the date until which it stays so.
  var needsRestore: Bool {
    isArchived && restore?.lowercased().contains("ongoing-request=\"false\"") != true
  }
}
