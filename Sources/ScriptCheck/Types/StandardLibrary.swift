import LuaHost

/// Lua's own libraries: what is in them at which level, and what it takes.
struct StandardLibrary: Sendable {
  /// Who gets something.
  enum Grant: Character, Sendable {
    case all = "+"
    case trusted = "t"
    case io = "i"
    case os = "o"
    case both = "b"

    func isGiven(_ sandbox: LuaSandbox) -> Bool {
      guard case .trusted(let allowed) = sandbox else { return self == .all }
      switch self {
      case .all, .trusted: return true
      case .io: return allowed.contains(.io)
      case .os: return allowed.contains(.os)
      case .both: return allowed.contains(.io) && allowed.contains(.os)
      }
    }

    /// The option of a command that gives it.
    var option: String {
      switch self {
      case .all: ""
      case .trusted: "leave out --sandbox"
      case .io: "--allow io"
      case .os: "--allow os"
      case .both: "--allow io,os"
      }
    }
  }

  struct Member: Sendable {
    let grant: Grant
    let function: StandardFunction?
    let value: ValueTypeSeed
  }

  /// By library; those without one stand under "".
  let members: [String: [String: Member]]

  static let standard = StandardLibrary(table)

  /// Reads the table: a grant, a name, then parameters and results, or "=" and the type of a value.
  private init(_ table: String) {
    var members: [String: [String: Member]] = [:]
    for line in table.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count >= 2, let sign = words[0].first, let grant = Grant(rawValue: sign) else { continue }
      let name = words[1]
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      let (library, key) = parts.count == 2 ? (parts[0], parts[1]) : ("", parts[0])
      members[library, default: [:]][key] =
        words.count > 2 && words[2] == "="
        ? Member(grant: grant, function: nil, value: Self.seed(words.count > 3 ? words[3] : "?"))
        : Member(
          grant: grant, function: Self.function(name, Array(words.dropFirst(2)), isPure: words[0].hasSuffix("p")),
          value: .function)
    }
    self.members = members
  }

  private static func function(_ name: String, _ words: [String], isPure: Bool) -> StandardFunction {
    let arrow = words.firstIndex(of: "->") ?? words.count
    var parameters: [StandardFunction.Parameter] = []
    var isVariadic = false
    for word in words[..<arrow] {
      if word == "..." {
        isVariadic = true
        continue
      }
      let parts = word.split(separator: ":").map(String.init)
      parameters.append(
        StandardFunction.Parameter(
          name: parts[0].replacing("?", with: ""), kinds: kinds(parts.count > 1 ? parts[1] : "?"),
          isOptional: parts[0].hasSuffix("?")))
    }
    return StandardFunction(
      name: name, parameters: parameters, isVariadic: isVariadic, returns: words.dropFirst(arrow + 1).map(seed),
      isPure: isPure)
  }

  /// Strings and numbers are taken for each other where Lua does so.
  private static func kinds(_ word: String) -> ValueKinds {
    word.split(separator: "|").reduce(into: []) { kinds, part in
      switch part {
      case "s", "n": kinds.formUnion([.string, .number])
      case "b": kinds.insert(.boolean)
      case "t": kinds.insert(.table)
      case "f": kinds.insert(.function)
      default: kinds = .all
      }
    }
  }

  private static func seed(_ word: String) -> ValueTypeSeed {
    switch word {
    case "b": .boolean
    case "i": .integer
    case "n": .number
    case "s": .string
    case "t": .table
    case "f": .function
    case "i?": .optionalInteger
    case "n?": .optionalNumber
    case "type": .words(["nil", "number", "string", "boolean", "table", "function", "thread", "userdata"])
    case "status": .words(["suspended", "running", "normal", "dead"])
    default: .unknown
    }
  }

  /// A global by its name, or a member of a library.
  subscript(library: String, name: String) -> Member? { members[library]?[name] }

  /// Whether there is such a library, at any level.
  func hasLibrary(_ name: String) -> Bool { members[name] != nil && name != "" }

  /// Who gets a library at all.
  func grant(ofLibrary name: String) -> Grant {
    switch name {
    case "io": .io
    case "package": .trusted
    default: .all
    }
  }
}
