import LuaHost
import ScriptAPI

/// Values that may go from one VM into another: copies of plain data, nothing that could act.
enum PlainData {
  /// What is no plain data and where, such as `.rows[2] is a function`; nil when all is.
  static func fault(in value: LuaValue, path: String = "") -> String? {
    switch value {
    case .nil, .boolean, .integer, .number, .string: return nil
    case .function: return "\(path.isEmpty ? "it" : path) is a function"
    case .object(let object):
      if LuaJSON.isMarker(object) { return nil }
      return "\(path.isEmpty ? "it" : path) is an object (\(object.type.name))"
    case .table(let table):
      for (index, item) in table.array.enumerated() {
        if let fault = fault(in: item, path: "\(path)[\(index + 1)]") { return fault }
      }
      for (key, item) in table.entries {
        if let fault = fault(in: key, path: "\(path)'s key") { return fault }
        let name = key.stringValue.map { ".\($0.prefix(40))" } ?? "[…]"
        if let fault = fault(in: item, path: path + name) { return fault }
      }
      return nil
    }
  }
}
