import ArgumentParser
import Workbench

/// `slipway completions`: what makes a shell complete commands, options, cloud names and records.
struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions", abstract: "Print the completion script of a shell.",
    discussion: """
      Completes commands, options, files, cloud names of clouds.yaml, and the records of the ledger. For example:

        bash  slipway completions bash > ~/.local/share/bash-completion/completions/slipway
        zsh   slipway completions zsh > "${fpath[1]}/_slipway"
        fish  slipway completions fish > ~/.config/fish/completions/slipway.fish
      """)

  /// The shells there is a script for.
  enum Shell: String, CaseIterable, ExpressibleByArgument {
    case bash, zsh, fish
  }

  @Argument(help: ArgumentHelp("bash, zsh or fish.", valueName: "shell"))
  var shell: Shell

  func run() throws {
    let kind: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    let console = Console(terminal: .detect())
    console.print(Slipway.completionScript(for: kind))
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
  }
}
