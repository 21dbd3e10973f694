import Foundation
import LuaHost
import Synchronization

/// Reads lines, evaluates them on a VM and shows what comes out, until the input ends.
///
/// Every line runs as a task of its own, so calls that wait just work; Ctrl-C cancels that task, not the session.
public final class Repl: Sendable {
  public struct Options: Sendable {
    public var prompt = "slipway> "
    public var continuationPrompt = "      .. "
    /// Lines shown on standard error before the first prompt, on a terminal only.
    public var banner: String?
    /// Declarations behind `?`, `.help` and completion.
    public var interface = HostInterface(program: "", modules: [])
    public var commands: [ReplCommand] = []
    /// Where lines are kept between sessions; nil: nowhere.
    public var history: HistoryFile?
    /// Where the lines come from, shared by sessions that follow each other; nil: this process's own terminal or pipe.
    public var input: ReplInput?
    /// What Tab asks for values that only the world outside knows.
    public var completions: (any CompletionSource)?
    /// A Lua file that is run before the first prompt on a terminal, where it exists.
    public var startup: String?
    /// Where what runs in the session asks its questions.
    public var desk = LineDesk()
    /// The name errors give a line.
    public var chunkName = "stdin"

    public init() {}
  }

  let vm: LuaVM
  let console: Console
  let options: Options
  private let commands: [ReplCommand]
  private let help: ReplHelp
  private let running = Mutex<Task<[LuaValue], any Error>?>(nil)
  /// What ran without an error, for `.save`.
  let inputs = Mutex<[SavedInput]>([])
  private let killedBy = Mutex<SignalTrap.Signal?>(nil)

  /// `vm` prints through `console`. It is closed when the session ends.
  public init(vm: LuaVM, console: Console, options: Options = Options()) {
    self.vm = vm
    self.console = console
    self.options = options
    let help = ReplHelp(index: HelpIndex(options.interface), vm: vm, sessionName: options.chunkName)
    self.help = help
    commands = ReplCommand.standard(help, modules: options.interface.modules, further: options.commands)
  }

  /// Runs the session on this process's own terminal or pipe, with its signals.
  public func run() async -> ExitStatus {
    let input = options.input ?? ReplInput(console: console, history: options.history)
    if let editor = input.editor { console.setPrompt(editor) }
    defer { if input.editor != nil { console.setPrompt(nil) } }
    return await session(input.source, editor: input.editor)
  }

  /// A session on any source of lines; `editor` is the same source where it is one.
  func session(_ source: any LineSource, editor: LineEditor?) async -> ExitStatus {
    let trap = SignalTrap([.interrupt, .terminate, .hangup, .windowChange, .continued]) { [self] signal in
      receive(signal, source, editor)
    }
    defer { trap.cancel() }
    await options.desk.attach(source)
    if let banner = options.banner, console.terminal.inputIsTerminal { console.note(banner) }
    let names = CompletionNames(vm: vm, modules: options.interface.modules, commands: commands.flatMap(\.names))
    if let editor {
      let index = CompletionIndex(options.interface)
      editor.changeCompleter { [options] in $0 = Completer(index: index, source: options.completions) }
    }
    if console.terminal.inputIsTerminal, let startup = options.startup { await start(startup) }
    var status = await loop(source, editor, names)
    if let signal = killedBy.withLock({ $0 }) {
      status = ExitStatus(signal)
    }
    await vm.close()
    return status
  }

  private func receive(_ signal: SignalTrap.Signal, _ source: any LineSource, _ editor: LineEditor?) {
    switch signal {
    case .windowChange: editor?.resized()
    case .continued: editor?.resumed()
    case .interrupt:
      let task = running.withLock { $0 }
      task?.cancel()
      if console.terminal.inputIsTerminal {
        if task == nil { source.cancelLine() }
      } else {
        killedBy.withLock { $0 = signal }
        source.end()
      }
    case .user1, .user2: break
    case .terminate, .hangup:
      killedBy.withLock { $0 = signal }
      running.withLock { $0 }?.cancel()
      source.end()
    }
  }

  private func loop(_ source: any LineSource, _ editor: LineEditor?, _ names: CompletionNames) async -> ExitStatus {
    var transcript = Transcript()
    var first: Int?  // the line an unfinished input began with
    while true {
      if let status = console.reportOutputFailure() { return status }
      // Beside the prompt, not before it: a busy VM must not keep the user from typing.
      if let editor {
        let before = first.map { transcript.lines[($0 - 1)...].map { $0 + "\n" }.joined() } ?? ""
        editor.changeCompleter { $0.before = before }
        Task {
          let found = await names.all()
          editor.changeCompleter { ($0.names, $0.index.variables) = (found.names, found.variables) }
        }
      }
      let event = await options.desk.readLine(prompt: first == nil ? options.prompt : options.continuationPrompt)
      switch event {
      case .ended:
        if let first { _ = await evaluate(transcript, from: first, isLast: true) }
        return console.reportOutputFailure() ?? .success
      case .cancelled:
        first = nil
        if editor == nil { console.showPrompt("\n") }  // the terminal has echoed ^C after the prompt
      case .line(let bytes):
        let line = String(decoding: bytes, as: UTF8.self)
        keep(line, source)
        if first == nil, let outcome = await handle(line, transcript) {
          _ = transcript.add("")
          switch await carryOut(outcome, transcript) {
          case .quit: return .success
          case .exit(let code): return code == 0 ? .success : .exit(code)
          case .goOn: continue
          }
        }
        // `= x` is how older Lua prompts print a value; fingers remember it.
        let isQuery = first == nil && line.hasPrefix("=") && !line.hasPrefix("==")
        let number = transcript.add(isQuery ? "return " + line.dropFirst() : line)
        let start = first ?? number
        guard first != nil || line.contains(where: { !$0.isWhitespace }) else { continue }
        switch await evaluate(transcript, from: start, isLast: false) {
        case .incomplete: first = start
        case .done, .failed: first = nil
        case .exit(let code): return code == 0 ? .success : .exit(code)
        }
      }
    }
  }

  private func keep(_ line: String, _ source: any LineSource) {
    guard console.terminal.inputIsTerminal, line.contains(where: { !$0.isWhitespace }) else { return }
    source.remember(line)
    options.history?.append(line)
  }

  /// What is for the prompt itself: a question or a command; nil for Lua.
  private func handle(_ line: String, _ transcript: Transcript) async -> ReplCommand.Outcome? {
    switch ReplHelp.Question(line) {
    case .help(""), .source(""): return await command(in: ".help")?.0.run("", console)
    case .help(let name): console.note(await help.help(name))
    case .source(let name): console.note(await help.source(name, in: transcript))
    case nil:
      guard let (command, argument) = command(in: line) else { return nil }
      return await command.run(argument, console)
    }
    return .goOn
  }

  /// `.name argument`; nil for Lua, also for numbers such as `.5`.
  private func command(in line: String) -> (ReplCommand, String)? {
    let trimmed = line.trimmingCharacters(in: .whitespaces)
    guard trimmed.hasPrefix("."), trimmed.dropFirst().first?.isLetter == true else { return nil }
    let parts = trimmed.split(separator: " ", maxSplits: 1).map(String.init)
    let argument = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
    if let command = commands.first(where: { $0.names.contains(parts[0]) }) { return (command, argument) }
    let unknown = ReplCommand([parts[0]], "") { _, console in
      console.note("There is no command \(DisplayText.harmless(parts[0])); `.help` lists them.")
      return .goOn
    }
    return (unknown, argument)
  }

  enum Evaluation {
    case done
    case failed
    case incomplete
    case exit(Int32)
  }

  private func evaluate(_ transcript: Transcript, from first: Int, isLast: Bool) async -> Evaluation {
    let result = await evaluate(transcript.input(from: first), options.chunkName, transcript, isLast: isLast)
    if case .done = result {
      inputs.withLock { $0.append(SavedInput(transcript.lines[(first - 1)...].joined(separator: "\n"))) }
    }
    return result
  }

  /// Runs a text as a task that Ctrl-C cancels, and shows what came of it.
  func evaluate(
    _ text: String, _ name: String, _ transcript: Transcript, isLast: Bool = true, isQuiet: Bool = false
  ) async -> Evaluation {
    let vm = vm
    let task = Task { try await vm.evaluate(text, name: name) }
    running.withLock { $0 = task }
    let result = await task.result
    running.withLock { $0 = nil }
    switch result {
    case .success(let values):
      if !isQuiet { await show(values) }
      return .done
    case .failure(let error):
      if let error = error as? LuaError {
        if case .exit(let code) = error.kind { return .exit(code) }
        if error.kind == .syntax(incomplete: true), !isLast { return .incomplete }
        if error.kind == .cancelled {
          console.note("Interrupted.")
          return .failed
        }
      }
      report(error, transcript)
      return .failed
    }
  }

  private func show(_ values: [LuaValue]) async {
    guard let first = values.first else { return }
    try? await vm.setGlobal("_", first)
    let descriptions = await ObjectDescriptions(of: values, on: vm)
    console.print(ValuePrinter(style: console.terminal.outputStyle) { descriptions.text($0) }.text(values))
  }

  func report(_ error: any Error, _ transcript: Transcript) {
    let name = options.chunkName
    let report = ErrorReport(error) { source in
      source == name ? transcript.bytes : source.hasSuffix(".lua") ? try? ScriptFile(path: source).bytes : nil
    }
    console.note(report.text(console.terminal.errorStyle))
  }
}
