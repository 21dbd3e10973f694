import CloudAccess

/// What `CloudOptions` say, as a plain value: ArgumentParser's own cannot be made by hand.
struct Settings: Sendable {
  var cloud: String?
  var localCloud: String?
  var clockScale = 1000.0
  var dialect: CloudDialect?
  var form = OutputForm.text
  var logLevel = LogLevel.info
  var trouble = Trouble()
}

extension CloudOptions {
  var settings: Settings {
    Settings(
      cloud: cloud, localCloud: localCloud, clockScale: clockScale, dialect: dialect, form: form, logLevel: logLevel,
      trouble: faults.trouble)
  }
}
