/// The type of a parameter, a result or a field of a host function, from which checks, messages and documentation come.
public indirect enum LuaType: Sendable {
  /// Any value, `nil` included.
  case any
  case boolean
  /// An integer; a float without a fraction is accepted and becomes one.
  case integer
  case number
  case string
  /// Any table.
  case table
  case function
  /// An object of the type with this name.
  case object(String)
  /// A text with units such as "1h30m", or a number of seconds.
  case duration
  /// A text with a unit such as "40GB", or a number of bytes.
  case size
  /// One of these strings.
  case enumeration([String])
  /// A table with an array part only, each item of the given type.
  case list(LuaType)
  /// A table with string keys.
  case map
  /// The first of these that fits.
  case union([LuaType])
  /// A table with exactly these fields; an unknown one is an error.
  case record(LuaRecord)
  /// A type with a name and documentation of its own.
  case alias(LuaAlias)
  /// A function with this signature; only that it is a function is checked.
  case callback(LuaSignature)
  /// Something a generic `for` can loop over, with the values of each turn.
  case iterator([HostParameter])
  /// Any value, the same type wherever the name stands in a declaration.
  case generic(String)
}
