import CloudAccess
import DiskImages
import Foundation
import ImageImport
import ImportLedger
import LuaHost
import ScriptAPI
import Workbench

/// Looks at everything an import needs, without making or changing anything.
struct Doctor: Sendable {
  let workplace: Workplace
  /// The cloud that the command line named.
  let named: String?
  /// How long one question may take.
  let timeout: Duration

  /// This program and every library in it whose version matters to a bug report.
  func versions() -> Diagnosis {
    var facts: [(name: String, value: String)] = [
      ("slipway", ScriptInterface.version), ("Lua", LuaVM.luaRelease), ("libzstd", CompressionLibraries.zstd),
      ("zlib", CompressionLibraries.zlib),
    ]
    facts.append(("SQLite", (try? LedgerCheck.sqliteVersion()) ?? "unknown"))
    facts.append(
      ("qemu-img", Self.qemuImage(workplace.environment) ?? "not found; only RAW and ZVHD2 can be converted"))
    facts.append(("system", Self.system()))
    facts.append(("processors", "\(ProcessInfo.processInfo.activeProcessorCount)"))
    return .ok("versions", "slipway \(ScriptInterface.version)", facts)
  }

  /// Which cloud is meant, which source won and why, and where each setting stands.
  func configuration() -> Diagnosis {
    var facts: [(name: String, value: String)] = []
    let message: String
    switch workplace.choice {
    case .local(let configuration, let asked):
      message = asked ? "the built-in local cloud" : "no cloud is configured; the built-in local cloud is used"
      facts.append(("data", configuration.dataDirectory))
    case .remote(let profile, _):
      message = "cloud '\(profile.name)' in region \(profile.region), rules of \(profile.dialect.rawValue)"
      let resolver = CloudChoice.resolver(workplace.environment, workingDirectory: workplace.workingDirectory)
      if let found = try? resolver.explain(name: named) {
        facts.append(("source", found.source))
        facts.append(("because", found.reasons.joined(separator: "; ")))
        facts += found.places.map { ($0.setting, "from \($0.place)") }
      }
      facts.append(("credentials", Self.kind(of: profile.credentials)))
      let storage = profile.keyForObjectStorage.map { "access key \($0.access)" }
      facts.append(("object storage", storage ?? "no access key: objects cannot be checked or uploaded"))
      facts.append(
        ("TLS", profile.verifyTLS ? "verified" + (profile.caFile.map { " by \($0)" } ?? "") : "NOT verified"))
    }
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE"] {
      let value = workplace.environment[name.lowercased()] ?? workplace.environment[name]
      if let value, !value.isEmpty { facts.append((name, Redaction.url(value))) }
    }
    if case .remote(let profile, _) = workplace.choice, profile.verifyTLS, let file = profile.caFile {
      do throws(ConfigurationError) { try CertificateFile.check(file) } catch {
        var diagnosis = Diagnosis.failed("configuration", error.message, hint: error.hint, exit: .configuration)
        diagnosis.facts = facts
        return diagnosis
      }
    }
    if case .remote(let profile, _) = workplace.choice, !profile.verifyTLS {
      var diagnosis = Diagnosis.warning(
        "configuration", message + "; certificates are not verified",
        hint: "name the authority's certificate in cacert instead of verify: false")
      diagnosis.facts = facts
      return diagnosis
    }
    return .ok("configuration", message, facts)
  }

  /// What the project file says, and who set what else can be set.
  func project() -> Diagnosis {
    let project = workplace.project
    let own = project.origins.count(where: \.isProject)
    let message =
      if let path = project.path { "\(path) decides about \(own == 0 ? "plugins at most" : "\(own) of these")" } else {
        "there is no slipway.yaml here or above"
      }
    return .ok("project", message, project.origins.map { ($0.name, "\($0.value), from \($0.place ?? "the default")") })
  }

  /// Whether the ledger can be used, and what is open in it.
  func ledger() async -> Diagnosis {
    guard let path = workplace.ledger.path else {
      return .warning(
        "ledger", "imports are not remembered beyond a run", hint: "leave out --ledger none, or set HOME")
    }
    do {
      guard FileManager.default.fileExists(atPath: path) else {
        return .ok("ledger", "there is none yet; it will be made at \(path)")
      }
      let store = try workplace.ledger.openExisting()
      let records = try await store.records(ImportRecordFilter())
      let open = records.filter { !$0.state.isFinal }
      var diagnosis = Diagnosis.ok(
        "ledger", "\(records.count) import\(records.count == 1 ? "" : "s") on record, \(open.count) open",
        [("file", path)])
      for state in ImportRecordState.allCases {
        let count = records.lazy.filter { $0.state == state }.count
        if count > 0 { diagnosis.facts.append((state.rawValue, "\(count)")) }
      }
      if open.contains(where: { $0.state == .unknown || $0.state == .notFound }) {
        diagnosis.status = .warning
        diagnosis.message += "; of some it is not known whether the cloud got them"
        diagnosis.hint = "settle them with `slipway jobs resume`"
      }
      return diagnosis
    } catch let error as RecordStoreError {
      return .failed("ledger", error.message, hint: error.hint, exit: .configuration)
    } catch {
      return .failed("ledger", error)
    }
  }

  static func kind(of credentials: Credentials) -> String {
    switch credentials {
    case .password(let password):
      "password of \(password.userName ?? password.userID ?? "a user")"
        + (password.passcode == nil ? "" : ", with a passcode")
    case .token: "a token obtained elsewhere, which cannot be renewed"
    case .accessKey(let key): "access key \(key.access)" + (key.securityToken == nil ? "" : ", temporary")
    }
  }

  private static func system() -> String {
    let release = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
    let line = release.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
    let name = line?.dropFirst("PRETTY_NAME=".count).trimmingCharacters(in: CharacterSet(charactersIn: "\"'"))
    return name ?? ProcessInfo.processInfo.operatingSystemVersionString
  }

  /// The first line of `qemu-img --version`; nil where there is none on the path.
  private static func qemuImage(_ environment: [String: String]) -> String? {
    let places = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/qemu-img" }
    guard let path = places.first(where: FileManager.default.isExecutableFile(atPath:)) else { return nil }
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: path)
    process.arguments = ["--version"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return "\(path) does not start" }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let line = String(decoding: output, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? "unknown"
    return "\(line.replacing("qemu-img version ", with: "")) at \(path)"
  }
}
