/// The endpoints a token's catalogue names.
struct ServiceCatalog: Sendable, Hashable {
  private var endpoints: [CloudService: String] = [:]

  /// Reads a catalogue, choosing public endpoints of the region, or of no region in particular.
  init(_ catalog: JSONValue?, region: String) {
    for entry in catalog?.arrayValue ?? [] {
      guard let type = entry["type"]?.stringValue, let service = Self.service(ofType: type) else { continue }
      let open = (entry["endpoints"]?.arrayValue ?? []).filter { $0["interface"]?.stringValue == "public" }
      func of(_ names: Set<String>) -> JSONValue? {
        open.first { names.contains($0["region_id"]?.stringValue ?? $0["region"]?.stringValue ?? "*") }
      }
      guard let url = (of([region]) ?? of(["*", ""]))?["url"]?.stringValue, !url.isEmpty else { continue }
      if endpoints[service] == nil { endpoints[service] = Self.base(url, of: service) }
    }
  }

  subscript(_ service: CloudService) -> String? { endpoints[service] }

  private static func service(ofType type: String) -> CloudService? {
    switch type {
    case "image": .image
    // The clients of these clouds look for different names.
    case "object", "obs", "objectstorage", "object-store": .objectStorage
    default: nil
    }
  }

  /// Without trailing slashes, and for the image service without a version.
  private static func base(_ url: String, of service: CloudService) -> String {
    var base = url[...]
    while base.hasSuffix("/") { base = base.dropLast() }
    if service == .image {
      for version in ["/v1", "/v2", "/v2.1"] where base.hasSuffix(version) { base = base.dropLast(version.count) }
    }
    return String(base)
  }
}
