extension LuaValue {
  /// An error object as `pcall` would give it, for calls that return errors among their results instead of raising.
  ///
  /// Raised by the script later, it is the same error as if the host had thrown it.
  public static func error(_ error: any ScriptError) -> LuaValue {
    .object(LuaObject(ErrorBox(error, caller: nil), type: ErrorBox.type))
  }
}
