import LuaHost

/// Judges scripts without running them.
///
/// It knows Lua 5.4, Lua's libraries as the host offers them, and a program's modules by their declarations.
public struct ScriptChecker: Sendable {
  /// Which rules count.
  public struct Selection: Sendable {
    private let ids: Set<String>

    /// Every rule that is on by default, without some and with others.
    public init(selecting: [String] = [], ignoring: [String] = [], only: Bool = false) {
      var ids = only ? [] : Set(CheckRule.all.filter(\.isOnByDefault).map(\.id))
      ids.formUnion(selecting)
      ids.subtract(ignoring)
      // What does not compile is always told.
      ids.formUnion(["syntax-error", "encoding"])
      self.ids = ids
    }

    func contains(_ rule: CheckRule) -> Bool { ids.contains(rule.id) }
  }

  /// The file of a module of the project.
  public struct ModuleFile: Sendable {
    public let path: String
    public let bytes: [UInt8]

    /// Names a file that was read.
    public init(path: String, bytes: [UInt8]) {
      self.path = path
      self.bytes = bytes
    }
  }

  /// Finds the file of a module: by the name that `require` is given, and the script that is run.
  public typealias ModuleFinding = @Sendable (_ name: String, _ script: String, _ isModule: Bool) -> ModuleFile?

  /// What scripts are given of Lua's libraries.
  public var sandbox: LuaSandbox
  public var selection: Selection
  /// Finds the file that `require` would load for a script, which may be a module of another script itself.
  public var findModule: ModuleFinding
  public var literalCheck: LiteralCheck?
  /// Modules that are there without being declared, with all below them: "plugin" is also "plugin.names".
  public var undeclaredModules: Set<String> = []
  private let index: InterfaceIndex

  /// Makes a checker for the scripts of a program.
  public init(
    interface: HostInterface, sandbox: LuaSandbox = .trusted(allowing: []), selection: Selection = Selection(),
    findModule: @escaping ModuleFinding = { _, _, _ in nil }
  ) {
    index = InterfaceIndex(interface)
    self.sandbox = sandbox
    self.selection = selection
    self.findModule = findModule
  }

  /// Judges a script, and of the modules it requires what would end it with an error.
  /// - Parameters:
  ///   - bytes: The text of the script.
  ///   - path: What findings call it.
  ///   - known: Modules that are judged on their own, by path: nothing is told of them.
  /// - Returns: The findings in the order of files and lines.
  public func check(_ bytes: [UInt8], path: String, known: Set<String> = []) -> [CheckFinding] {
    let program = Program(self, index, script: SourceText(name: path, bytes: bytes))
    return program.findings(known: known)
  }

  /// What Lua's compiler says against a text that the parser takes: that it needs more registers than there are, for instance.
  public func finding(fromCompiler message: String, bytes: [UInt8], path: String) -> CheckFinding? {
    let list = FindingList(SourceText(name: path, bytes: bytes), isWanted: { _ in true })
    let parts = message.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    let line = parts.count > 2 ? Int(parts[1]) : nil
    list.add(
      "syntax-error", list.source.lineRange(line ?? 1), line == nil ? message : String(parts[2]).trimmed)
    return list.findings.first
  }
}
