import CloudAccess
import ImageImport

/// What the option groups say, as a plain value: ArgumentParser's own cannot be made by hand.
struct Settings: Sendable {
  var cloud: String?
  var localCloud: String?
  var clockScale: Double?
  var dialect: CloudDialect?
  var form = OutputForm.text
  var logLevel = LogLevel.info
  var trouble = Trouble()

  /// The request budget; nil for the usual one.
  var requestsPerSecond: Double?

  /// The ledger's file; nil for the standard one.
  var ledger: String?
  var marksImages = true
  var onNotFound = NotFoundChoice.fail
}

extension CloudOptions {
  var settings: Settings {
    Settings(
      cloud: cloud, localCloud: localCloud, clockScale: clockScale, dialect: dialect, form: form, logLevel: logLevel,
      trouble: faults.trouble, requestsPerSecond: requestsPerSecond)
  }

  /// The same with what was said about the ledger.
  func settings(_ ledger: LedgerOptions) -> Settings {
    var settings = settings
    settings.ledger = ledger.ledger
    settings.marksImages = !ledger.noMarker
    settings.onNotFound = ledger.onNotFound
    return settings
  }
}
