/// A file of the Windows registry: keys and values in cells, found by their offsets.
///
/// Read one at a time, so that of a file of a hundred megabytes some kilobytes are. Changes that are in its logs only are not seen.
struct RegistryHive {
  private static let base: UInt64 = 4096
  private static let longestCell = 1 << 20
  private static let mostKeys = 65536
  /// How deep lists of lists go; more than one level has not been seen.
  private static let mostLevels = 4

  private let read: (_ offset: UInt64, _ count: Int) throws -> [UInt8]
  private let root: UInt32

  /// `read` gives bytes of the file, fewer where it ends. Throws `corrupt` where this is no hive.
  init(read: @escaping (_ offset: UInt64, _ count: Int) throws -> [UInt8]) throws {
    let head = ByteFields(try read(0, 512))
    guard head.has("regf", at: 0), head.count == 512 else {
      throw DiskImageError(.corrupt, "a file of the registry does not begin as one")
    }
    self.read = read
    root = head.little32(36)
  }

  /// The key at a path from the root, whatever the case of its letters; nil where there is none.
  func key(_ path: [String]) throws -> RegistryKey? {
    var key = RegistryKey(try cell(root, "nk"))
    for name in path {
      guard let next = try child(name, of: key) else { return nil }
      key = next
    }
    return key
  }

  /// A text, or a number as a text; nil where there is no such value, or it is of another kind.
  func value(_ name: String, of key: RegistryKey) throws -> String? {
    let count = Int(min(key.valueCount, 4096))
    guard count > 0 else { return nil }
    let list = ByteFields(try bytes(key.valueList))
    for index in 0..<count where list.count >= 4 * index + 4 {
      let value = try cell(list.little32(4 * index), "vk")
      let length = Int(value.little16(2))
      guard Self.text(value, 20, length, isLatin: value.little16(16) & 1 != 0).uppercased() == name.uppercased() else {
        continue
      }
      let size = value.little32(4)
      // What is no longer than a number stands in its place.
      let data = size >> 31 != 0 ? value.slice(8, Int(min(size & 0x7FFF_FFFF, 4))) : try bytes(value.little32(8))
      let fields = ByteFields(Array(data.prefix(Int(min(size & 0x7FFF_FFFF, 4096)))))
      switch value.little32(12) {
      case 1, 2:
        let text = Self.text(fields, 0, fields.count, isLatin: false)
        return String(text.prefix { $0 != "\0" })
      case 4: return fields.count == 4 ? String(fields.little32(0)) : nil
      default: return nil
      }
    }
    return nil
  }

  private func child(_ name: String, of key: RegistryKey) throws -> RegistryKey? {
    guard key.childCount > 0 else { return nil }
    let wanted = name.uppercased()
    // What the lists of newer files have beside each key.
    let hash = wanted.utf16.reduce(UInt32(0)) { $0 &* 37 &+ UInt32($1) }
    var seen = 0
    var lists: [(place: UInt32, level: Int)] = [(key.childList, 0)]
    while let (place, level) = lists.popLast() {
      let list = ByteFields(try bytes(place))
      let (kind, count) = (String(decoding: list.slice(0, 2), as: UTF8.self), Int(list.little16(2)))
      let width = kind == "lf" || kind == "lh" ? 8 : 4
      guard ["lf", "lh", "li", "ri"].contains(kind), 4 + width * count <= list.count, level < Self.mostLevels else {
        throw Self.damaged
      }
      seen += count
      guard seen <= Self.mostKeys else { throw Self.damaged }
      for index in 0..<count {
        let entry = list.little32(4 + width * index)
        if kind == "ri" {
          lists.append((entry, level + 1))
        } else if kind != "lh" || list.little32(8 + width * index) == hash {
          let child = RegistryKey(try cell(entry, "nk"))
          if child.name.uppercased() == wanted { return child }
        }
      }
    }
    return nil
  }

  private func cell(_ place: UInt32, _ kind: String) throws -> ByteFields {
    let fields = ByteFields(try bytes(place))
    guard fields.has(kind, at: 0) else { throw Self.damaged }
    return fields
  }

  /// The bytes of a cell that is in use.
  private func bytes(_ place: UInt32) throws -> [UInt8] {
    guard place != .max else { throw Self.damaged }
    let start = Self.base + UInt64(place)
    let head = ByteFields(try read(start, 4))
    let size = Int32(bitPattern: head.little32(0))
    guard head.count == 4, size < -4, size >= -Int32(Self.longestCell) else { throw Self.damaged }
    let count = Int(-size) - 4
    let bytes = try read(start + 4, count)
    guard bytes.count == count else { throw Self.damaged }
    return bytes
  }

  static func text(_ fields: ByteFields, _ place: Int, _ length: Int, isLatin: Bool) -> String {
    if isLatin { return String(String.UnicodeScalarView(fields.slice(place, length).map { Unicode.Scalar($0) })) }
    let units = stride(from: place, to: place + length - 1, by: 2).map { fields.little16($0) }
    return String(decoding: units, as: UTF16.self)
  }

  private static var damaged: DiskImageError { DiskImageError(.corrupt, "a file of the registry is damaged") }
}
