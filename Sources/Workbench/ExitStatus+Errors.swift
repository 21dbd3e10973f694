import CloudAccess
import ImageImport
import LuaHost
import ScriptAPI

extension ExitStatus {
  /// The status for an error that nobody caught: what the cloud or the rules said beneath it decides, not that Lua carried it.
  public init(_ error: any Error) {
    switch error {
    case let error as LuaError:
      if case .exit(let code) = error.kind {
        self = code == 0 ? .success : .exit(code)
      } else if error.kind == .cancelled {
        self = .interrupted
      } else if let underlying = error.underlying {
        self = ExitStatus(underlying)
      } else {
        self = .raised
      }
    case let error as ImsFailure: self.init(error.error)
    case let error as ImportError:
      self = error.isAmbiguous && error.kind != .cancelled ? .detached : ExitStatus(error.kind)
    case is RecordStoreError: self = .configuration
    case let error as CloudError: self.init(ImportError.Kind(rawValue: error.kind.rawValue) ?? .service)
    case is ConfigurationError: self = .configuration
    case is CancellationError: self = .interrupted
    case let error as ScriptFileError: self = error.status
    default: self = .raised
    }
  }

  /// The status for an import that ended with this kind of error.
  public init(_ kind: ImportError.Kind) {
    switch kind {
    case .validation, .preflight: self = .refused
    case .authentication, .permission: self = .notAuthorised
    case .network, .service, .throttled: self = .unavailable
    case .timeout: self = .detached
    case .cancelled: self = .interrupted
    case .job_failed, .not_found, .conflict, .quota: self = .failed
    case .capability, .argument: self = .raised
    }
  }
}
