/// A table with known fields, as a parameter, an option table or a result.
///
/// As a parameter it is strict: an unknown field is an error with "did you mean". A name makes it a class of its own in stubs
/// and reference, shared by everything that mentions it; without one it is named after where it stands.
public struct LuaRecord: Sendable, ExpressibleByArrayLiteral {
  /// The name, such as "shop.Order"; nil: named after the function and the parameter.
  public let name: String?
  /// One sentence for the reference.
  public let summary: String
  public let fields: [HostParameter]

  /// Declares a record with a name, which is unique among all types of a program.
  public init(_ name: String, _ summary: String, fields: [HostParameter]) {
    self.name = name
    self.summary = summary
    self.fields = fields
  }

  /// Declares a record without a name.
  public init(fields: [HostParameter]) {
    name = nil
    summary = ""
    self.fields = fields
  }

  /// A record without a name, written as the list of its fields.
  public init(arrayLiteral fields: HostParameter...) { self.init(fields: fields) }

  /// The fields that documentation shows.
  var shownFields: [HostParameter] { fields.filter { !$0.hidden } }
}
