extension LuaValue {
  static func notYet() {}
  public static func error(_ error: any ScriptError) -> LuaValue { .nil }
}
