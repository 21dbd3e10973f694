import Crypto
import Foundation

/// A multipart upload under way, as a value: what came, where it lies, and how it becomes an object.
///
/// Parts of one size lie in one file at the offsets they have in the object, so that completing it is a renaming and no
/// copying, whatever its size. A part that does not fit there, or comes again, has a file of its own.
struct Upload: Sendable, Equatable {
  /// Where the bytes of a part lie.
  enum Place: Sendable, Equatable {
    /// In the common file, at the offset of its number.
    case slot
    /// In a file of its own, by its name in the directory of the upload.
    case file(String)
  }

  struct Part: Sendable, Equatable {
    var number: Int
    var size: UInt64
    var modified: Date
    /// MD5.
    var digest: [UInt8]
    var place: Place

    /// Without quotes.
    var etag: String { ObjectCatalog.hex(digest) }
  }

  /// Legal part numbers.
  static let numbers = 1...10_000
  /// Least size of every part but the last, in bytes.
  static let leastPartSize: UInt64 = 100 << 10
  /// The common file stays below what file systems hold.
  private static let commonFileLimit: UInt64 = 8 << 40

  /// Begins with the time, so that uploads of one key in the order of their ids are in the order of their beginning.
  let id: String
  let bucket: String
  let key: String
  let initiated: Date
  let properties: ObjectProperties
  /// Size of a slot of the common file, which is that of the first part that came; nil before.
  private(set) var slotSize: UInt64?
  private(set) var parts: [Int: Part] = [:]
  /// Numbers of parts that are being written into their slots.
  private(set) var writing: Set<Int> = []
  /// Numbers whose slots may hold bytes that became no part; their next bytes go to a file, as slots are written once.
  private var spoiled: Set<Int> = []
  /// Set while the parts become an object: from then on nothing may change.
  var isCompleting = false

  init(
    id: String, bucket: String, key: String, initiated: Date, properties: ObjectProperties, slotSize: UInt64? = nil
  ) {
    self.id = id
    self.bucket = bucket
    self.key = key
    self.initiated = initiated
    self.properties = properties
    self.slotSize = slotSize
  }

  /// Offset of a part in the common file.
  func offset(of number: Int) -> UInt64 { UInt64(number - 1) * (slotSize ?? 0) }

  /// The parts in the order of their numbers.
  var sortedParts: [Part] { parts.values.sorted { $0.number < $1.number } }

  // MARK: Parts

  /// Decides where a part is written; `size` is nil when the request does not tell.
  ///
  /// A part that is there already keeps its bytes until the new ones are whole, so the new ones go to a file.
  mutating func claim(_ number: Int, size: UInt64?, file: @autoclosure () -> String) -> Place {
    guard let size, size > 0, parts[number] == nil, !writing.contains(number) else { return .file(file()) }
    let slot = slotSize ?? size
    guard size <= slot, !spoiled.contains(number), UInt64(number) * slot <= Self.commonFileLimit else {
      return .file(file())
    }
    slotSize = slot
    writing.insert(number)
    return .slot
  }

  /// Ends the writing of a part, whole or not.
  ///
  /// - Returns: where the common file can be cut off, when there is nothing of worth behind.
  mutating func release(_ number: Int, _ place: Place) -> UInt64? {
    guard place == .slot else { return nil }
    writing.remove(number)
    guard parts[number]?.place != .slot else { return nil }
    spoiled.insert(number)
    let last = parts.values.filter { $0.place == .slot }.map(\.number).max() ?? 0
    let used = max(last, writing.max() ?? 0)
    guard used < number else { return nil }
    spoiled = spoiled.filter { $0 < used }
    return offset(of: used + 1)
  }

  /// Takes a whole part; returns the file of the one it replaces.
  mutating func record(_ part: Part) -> String? {
    let old = parts.updateValue(part, forKey: part.number)
    if case .file(let name)? = old?.place { return name }
    return nil
  }

  /// Forgets parts whose bytes are lost.
  mutating func drop(_ numbers: [Int]) {
    for number in numbers { parts[number] = nil }
  }

  /// Takes note, after a restart, that slots without a part may hold bytes that are worth nothing.
  ///
  /// - Returns: where the common file can be cut off.
  mutating func resume() -> UInt64 {
    guard let last = sortedParts.last(where: { $0.place == .slot }) else { return 0 }
    spoiled = Set((1...last.number).filter { parts[$0]?.place != .slot })
    return offset(of: last.number) + last.size
  }

  // MARK: Completion

  /// How the object comes out of the parts.
  struct Assembly: Sendable, Equatable {
    /// The parts in their order.
    var parts: [Part]
    var size: UInt64
    /// Whether the common file is the object once the parts that lie elsewhere were copied into it.
    var isInPlace: Bool
    /// MD5 of the digests of all parts, and their number.
    var etag: String
  }

  /// Checks what a client says the object consists of.
  ///
  /// - Throws: InvalidPartOrder, InvalidPart, EntityTooSmall, EntityTooLarge.
  func assembly(of listed: [(number: Int, etag: String)], sizeLimit: UInt64) throws(StorageRefusal) -> Assembly {
    var chosen: [Part] = []
    var size: UInt64 = 0
    guard zip(listed, listed.dropFirst()).allSatisfy({ $0.number < $1.number }) else { throw .invalidPartOrder }
    for (index, item) in listed.enumerated() {
      guard let part = parts[item.number], part.etag == item.etag.lowercased() else {
        throw .invalidPart(item.number, item.etag, upload: id)
      }
      guard index == listed.count - 1 || part.size >= Self.leastPartSize else { throw .tooSmall(part) }
      chosen.append(part)
      size += part.size
    }
    guard size <= sizeLimit else { throw .tooLarge }
    var digest = Insecure.MD5()
    for part in chosen { digest.update(data: part.digest) }
    return Assembly(
      parts: chosen, size: size, isInPlace: isInPlace(chosen),
      etag: ObjectCatalog.hex(digest.finalize()) + "-\(chosen.count)")
  }

  /// Parts 1, 2, 3 … of one size, but for the last, of which at least one lies in its slot. Nobody may write there, and no
  /// part that is left out may lie there, since the upload goes on as it was when the object cannot be stored.
  private func isInPlace(_ chosen: [Part]) -> Bool {
    let slots = parts.values.filter { $0.place == .slot }
    guard let slotSize, writing.isEmpty, !slots.isEmpty, slots.allSatisfy({ $0.number <= chosen.count }) else {
      return false
    }
    return chosen.enumerated().allSatisfy { index, part in
      part.number == index + 1 && (part.size == slotSize || index == chosen.count - 1 && part.size < slotSize)
    }
  }
}
