/// Something that has the terminal's last line for itself while the user types, and lets others print above it.
public protocol PromptHolder: Sendable {
  /// Shows whole lines above the prompt, soon. False: no prompt is on the screen now, so the caller writes for itself.
  func showAbove(_ bytes: [UInt8]) -> Bool
}
