/// A manual page in the macros of man(7), made from what the commands say of themselves.
struct ManualPage {
  private let root: CommandHelp
  private let version: String
  private var lines: [String] = []

  init(_ root: CommandHelp, version: String) {
    self.root = root
    self.version = version
  }

  /// The page; without a date, so that the same commands give the same page.
  var text: String {
    var page = self
    page.write()
    return page.lines.joined(separator: "\n") + "\n"
  }

  private mutating func write() {
    lines = [".TH \(root.commandName.uppercased()) 1 \"\" \"\(root.commandName) \(version)\" \"User Commands\""]
    lines.append(".SH NAME")
    lines.append("\(root.commandName) \\- \(Self.escaped(root.abstract ?? ""))")
    lines.append(".SH SYNOPSIS")
    lines.append(".B \(root.commandName)")
    lines.append(".I command")
    lines.append("[options]")
    if let discussion = root.discussion {
      lines.append(".SH DESCRIPTION")
      paragraphs(discussion)
    }
    lines.append(".SH COMMANDS")
    for command in shown(root) { write(command, path: [root.commandName]) }
    lines.append(".SH ENVIRONMENT")
    for (name, meaning) in Self.environment {
      lines += [".TP", ".B \(name)", Self.escaped(meaning)]
    }
    lines.append(".SH FILES")
    for (name, meaning) in Self.files {
      lines += [".TP", ".I \(Self.escaped(name))", Self.escaped(meaning)]
    }
  }

  private mutating func write(_ command: CommandHelp, path: [String]) {
    let path = path + [command.commandName]
    lines.append(".SS \(Self.escaped(path.dropFirst().joined(separator: " ")))")
    let arguments = (command.arguments ?? []).filter { $0.shouldDisplay && !Self.isCommon($0) }
    let subcommands = shown(command)
    lines.append(".PP")
    lines.append(synopsis(path, arguments, hasSubcommands: !subcommands.isEmpty))
    lines.append(".PP")
    if let abstract = command.abstract { lines.append(Self.escaped(abstract)) }
    if let discussion = command.discussion { paragraphs(discussion) }
    for argument in arguments { write(argument) }
    for subcommand in subcommands { write(subcommand, path: path) }
  }

  private func synopsis(_ path: [String], _ arguments: [CommandHelp.Argument], hasSubcommands: Bool) -> String {
    var words = ["\\fB\(Self.escaped(path.joined(separator: " ")))\\fR"]
    if hasSubcommands { words.append("\\fIcommand\\fR") }
    if arguments.contains(where: { !$0.isPositional }) { words.append("[options]") }
    for argument in arguments where argument.isPositional {
      let name = "\\fI\(Self.escaped(argument.valueName ?? "value"))\\fR" + (argument.isRepeating ? "\\&..." : "")
      words.append(argument.isOptional ? "[\(name)]" : name)
    }
    return words.joined(separator: " ")
  }

  private mutating func write(_ argument: CommandHelp.Argument) {
    lines.append(".TP")
    let value = argument.valueName.map { "\\fI\(Self.escaped($0))\\fR" } ?? ""
    if argument.isPositional {
      lines.append(value)
    } else {
      let names = (argument.names ?? []).map { "\\fB\(Self.escaped($0.text))\\fR" }.joined(separator: ", ")
      lines.append(argument.isFlag ? names : "\(names) \(value)")
    }
    var text = [argument.abstract ?? ""]
    if let discussion = argument.discussion { text.append(discussion) }
    if let standard = argument.defaultValue, !argument.isFlag { text.append("(default: \(standard))") }
    lines.append(Self.escaped(text.filter { !$0.isEmpty }.joined(separator: " ")))
  }

  /// Paragraphs as they are; indented lines, which are examples, stay as they stand.
  private mutating func paragraphs(_ text: String) {
    var isExample = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let indented = line.hasPrefix("  ")
      if indented != isExample, !line.isEmpty {
        lines.append(indented ? ".PP\n.nf" : ".fi")
        isExample = indented
      }
      if line.isEmpty {
        if !isExample { lines.append(".PP") }
      } else {
        lines.append(Self.escaped(String(line)))
      }
    }
    if isExample { lines.append(".fi") }
  }

  private func shown(_ command: CommandHelp) -> [CommandHelp] {
    (command.subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
  }

  /// What every command has.
  private static func isCommon(_ argument: CommandHelp.Argument) -> Bool {
    argument.names?.contains { ["help", "version"].contains($0.name) } ?? false
  }

  /// The text as roff shows it: no request at the beginning of a line, no escapes, hyphens that can be copied.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case _ where character.isASCII: result.unicodeScalars.append(character)
      default:
        let code = String(character.value, radix: 16, uppercase: true)
        result += "\\[u" + String(repeating: "0", count: max(0, 4 - code.count)) + code + "]"
      }
    }
    if result.hasPrefix(".") || result.hasPrefix("'") { result = "\\&" + result }
    return result
  }

  private static let environment = [
    ("OS_CLOUD", "The entry of clouds.yaml to use where --cloud names none."),
    ("OS_CLIENT_CONFIG_FILE", "Another clouds.yaml."),
    ("OS_*, HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK", "Credentials, where no cloud is named."),
    ("SLIPWAY_LOCAL_CLOUD", "Where the built-in local cloud keeps its state and buckets."),
    ("SLIPWAY_REQUESTS_PER_SECOND", "How many requests a second the image service gets at most."),
    ("SLIPWAY_KILLED_IMAGES", "Whether the cloud lists images of failed imports: auto, listed or hidden."),
    ("HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE", "As elsewhere."),
    ("NO_COLOR, CLICOLOR_FORCE, TERM", "Whether standard error gets colours and progress that redraws itself."),
  ]

  private static let files = [
    ("clouds.yaml", "In the working directory, ~/.config/openstack or /etc/openstack: the clouds by name."),
    ("$XDG_STATE_HOME/slipway/ledger.sqlite", "The record of every submission; else under ~/.local/state."),
    ("$XDG_DATA_HOME/slipway/local-cloud", "The built-in local cloud; else under ~/.local/share."),
  ]
}
