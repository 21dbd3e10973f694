import Glibc

/// Finds the source of a module for `require`: what the program carries, then files of a fixed search path.
struct ModuleFinder: Sendable {
  struct Module {
    let chunkName: String
    let source: [UInt8]
  }

  private let carried: [String: Module]
  private let builtIn: [String]
  private let searchPath: [String]

  init(_ configuration: LuaVM.Configuration) {
    var carried: [String: Module] = [:]
    for module in configuration.modules {
      guard case .source(let source, let chunkName) = module.content else { continue }
      carried[module.name] = Module(chunkName: "@\(chunkName)", source: source)
    }
    self.carried = carried
    builtIn = configuration.modules.map(\.name) + ["string", "table", "math", "utf8", "coroutine", "os", "debug", "io"]
    searchPath = configuration.searchPath
  }

  /// - Throws: `ArgumentError` that lists what was tried.
  func find(_ name: String) throws -> Module {
    if let module = carried[name] { return module }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let isClean = parts.allSatisfy { part in
      !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    }
    guard isClean else {
      throw ArgumentError(
        "bad module name '\(name.prefix(80))': expected letters, digits, '_' and '-', in parts joined by '.'")
    }
    var tried = ["no built-in module '\(name)'"]
    for directory in searchPath {
      let base = directory + "/" + parts.joined(separator: "/")
      for path in ["\(base).lua", "\(base)/init.lua"] {
        if let source = try Self.read(path) { return Module(chunkName: "@\(path)", source: LuaSource.trimmed(source)) }
        tried.append("no file '\(path)'")
      }
    }
    let hint = Suggestion.hint(for: name, in: builtIn)
    throw ArgumentError("module '\(name)' not found\(hint): " + tried.joined(separator: ", "))
  }

  /// The bytes of a regular file; nil when there is none.
  private static func read(_ path: String) throws -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw ArgumentError("cannot read '\(path)': \(String(cString: strerror(errno)))")
    }
    defer { Glibc.close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw ArgumentError("cannot read '\(path)': \(String(cString: strerror(errno)))")
      }
      bytes += chunk[..<count]
    }
  }
}
