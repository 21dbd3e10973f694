import ImageImport
import LuaHost
import ScriptAPI

/// The policies: each fails closed.
extension PluginHost: ImportHooks {
  /// Far more than any request has.
  private static let largestRequest = 256 << 10

  public func prepare(_ request: ImportRequest) async throws -> ImportRequest {
    var request = request
    for plugin in loaded.having(.onRequest) {
      do {
        let image = try await plugin.changed(LuaJSON.value(request.jsonValue))
        guard let table = image.tableValue else {
          throw PluginFault(
            plugin: plugin.name, call: HookName.onRequest.rawValue,
            reason: "it returned \(image.kindName), expected the image's table or nothing")
        }
        if let fault = PlainData.fault(in: image, path: "image") {
          throw PluginFault(plugin: plugin.name, call: HookName.onRequest.rawValue, reason: fault)
        }
        // An empty table has no form of its own; a request is always an object.
        let json = table.isEmpty ? .object([:]) : try LuaJSON.json(image, path: "image")
        guard json.serialized().utf8.count <= Self.largestRequest else {
          throw PluginFault(
            plugin: plugin.name, call: HookName.onRequest.rawValue,
            reason: "the image's table is larger than \(Self.largestRequest >> 10) KB")
        }
        request = ImportRequest(json: json).normalizingImageURL().normalizingImageTags()
      } catch {
        throw refusal(of: request, by: plugin, .onRequest, error)
      }
    }
    return request
  }

  public func findings(for request: ImportRequest, report: ValidationReport) async throws -> [Finding] {
    var report = report
    var all: [Finding] = []
    for plugin in loaded.having(.onValidate) {
      do {
        let values = try await plugin.findings(LuaJSON.value(request.jsonValue), ImsReport.value(report))
        let found = try FindingReader(plugin: plugin.name).findings(values)
        all += found
        report.findings += found
      } catch is CancellationError {
        throw ImportError(wrapping: CancellationError(), request: request)
      } catch {
        let fault = PluginFault(
          plugin: plugin.name, call: HookName.onValidate.rawValue, error: error, limits: plugin.candidate.entry.limits)
        all.append(
          Finding(
            rule: 0, name: FindingReader.mark + plugin.name, field: "request", severity: .error,
            message: fault.scriptMessage, hint: fault.hint ?? "a policy that fails refuses the import"))
      }
    }
    return all
  }

  public func beforeSubmit(_ request: ImportRequest) async throws {
    for plugin in loaded.having(.beforeSubmit) {
      do {
        let values = try await plugin.call(.beforeSubmit, [LuaJSON.value(request.jsonValue)])
        let verdict = values.first ?? .nil
        let reason = values.count > 1 ? values[1].stringValue : nil
        switch verdict {
        case .boolean(true): continue
        case .nil where values.count < 2 || values[1].isNil: continue
        case .boolean(false), .nil:
          throw Refused(reason: reason ?? "it gave no reason")
        default:
          throw PluginFault(
            plugin: plugin.name, call: HookName.beforeSubmit.rawValue,
            reason: "it returned \(verdict.kindName), expected nothing, true, or false and a reason")
        }
      } catch {
        throw refusal(of: request, by: plugin, .beforeSubmit, error)
      }
    }
  }

  private struct Refused: Error {
    var reason: String
  }

  private func refusal(
    of request: ImportRequest, by plugin: Plugin, _ hook: HookName, _ error: any Error
  ) -> ImportError {
    let name = request.name.map { "'\($0.prefix(128))'" } ?? "without a name"
    switch error {
    case is CancellationError: return ImportError(wrapping: error, request: request)
    case let refused as Refused:
      return ImportError(
        kind: .preflight,
        message:
          "The plugin '\(plugin.name)' refuses the image \(name): \(PluginText.line(refused.reason, limit: 500))",
        request: request)
    default:
      let fault = PluginFault(
        plugin: plugin.name, call: hook.rawValue, error: error, limits: plugin.candidate.entry.limits)
      return ImportError(
        kind: .preflight, message: "The image \(name) is not imported: \(fault.scriptMessage)",
        hint: fault.hint ?? "a policy that fails refuses the import", request: request)
    }
  }
}
