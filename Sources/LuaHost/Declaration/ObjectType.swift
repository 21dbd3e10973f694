/// What scripts can do with a kind of Swift object: its fields, methods and the operators it answers.
public struct ObjectType: Sendable {
  /// The name, such as "shop.Order".
  public var name: String { storage.name }
  /// One sentence for help and reference.
  public var summary: String { storage.summary }
  public var fields: [ObjectField] { storage.fields }
  public var methods: [HostFunction] { storage.methods }
  /// What `object(...)` does; it may wait, which makes lazy iterators for a generic `for`.
  public var call: HostFunction? { storage.call }
  /// The type of `object[i]`, where there are elements.
  public var elementType: LuaType? { storage.element == nil ? nil : storage.elementType }
  /// Whether `#object` gives a length.
  public var hasLength: Bool { storage.length != nil }
  /// Whether it answers to fields that are not declared.
  public var hasOtherFields: Bool { storage.lookUp != nil }

  let storage: Storage

  final class Storage: Sendable {
    let name: String
    let summary: String
    let fields: [ObjectField]
    let fieldIndex: [String: Int]
    let methods: [HostFunction]
    let call: HostFunction?
    let describe: (@Sendable (AnyObject) -> String)?
    let length: (@Sendable (AnyObject) -> Int)?
    let lookUp: (@Sendable (AnyObject, String) -> LuaValue?)?
    let element: (@Sendable (AnyObject, Int) -> LuaValue)?
    let elementType: LuaType

    init(
      name: String, summary: String, fields: [ObjectField], methods: [HostFunction], call: HostFunction?,
      describe: (@Sendable (AnyObject) -> String)?, length: (@Sendable (AnyObject) -> Int)?,
      lookUp: (@Sendable (AnyObject, String) -> LuaValue?)?, element: (@Sendable (AnyObject, Int) -> LuaValue)?,
      elementType: LuaType
    ) {
      self.name = name
      self.summary = summary
      self.fields = fields
      self.fieldIndex = Dictionary(
        fields.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
      self.methods = methods
      self.call = call
      self.describe = describe
      self.length = length
      self.lookUp = lookUp
      self.element = element
      self.elementType = elementType
    }
  }

  /// Declares a type.
  /// - Parameters:
  ///   - name: The name that `type` errors and documentation show, such as "shop.Order".
  ///   - summary: One sentence.
  ///   - fields: Read by `object.field`.
  ///   - methods: Called by `object:method()`; the Swift object is `args.receiver`.
  ///   - call: What `object(...)` does.
  ///   - description: What `tostring` gives; one line.
  ///   - length: What `#object` gives.
  ///   - element: What `object[i]` gives for an integer; nil ends an `ipairs`.
  ///   - elementType: The type of those elements.
  ///   - lookUp: Answers fields that are not declared; nil means "there is none", which is an error.
  public init(
    _ name: String, _ summary: String, fields: [ObjectField] = [], methods: [HostFunction] = [],
    call: HostFunction? = nil, description: (@Sendable (AnyObject) -> String)? = nil,
    length: (@Sendable (AnyObject) -> Int)? = nil, element: (@Sendable (AnyObject, Int) -> LuaValue)? = nil,
    elementType: LuaType = .any, lookUp: (@Sendable (AnyObject, String) -> LuaValue?)? = nil
  ) {
    storage = Storage(
      name: name, summary: summary, fields: fields, methods: methods, call: call, describe: description,
      length: length, lookUp: lookUp, element: element, elementType: elementType)
  }
}
