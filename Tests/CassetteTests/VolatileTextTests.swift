import Testing

@testable import Cassette

@Suite("Volatile text")
struct VolatileTextTests {
  @Test(
    "Times and ids of records are left out, and nothing else is",
    arguments: [
      ("updated_at=gte:2024-01-15T08:30:00Z&limit=1", "updated_at=gte:*&limit=1"),
      ("at 2024-01-15 08:30:00.123456+01:00 or 20240115T083000Z.", "at * or *."),
      ("2024-01-15T08:30:00", "*"), ("2024-01-15", "2024-01-15"), ("1099511627776", "1099511627776"),
      ("slipway.01HM9ABCDEFGHJKMNPQRSTVWXY", "slipway.*"),
      ("x01HM9ABCDEFGHJKMNPQRSTVWXY", "x01HM9ABCDEFGHJKMNPQRSTVWXY"),
      ("01HM9ABCDEFGHJKMNPQRSTVWXYZ", "01HM9ABCDEFGHJKMNPQRSTVWXYZ"),
      ("01HM9ABCDEFGHJKMNPQRSTVWXU", "01HM9ABCDEFGHJKMNPQRSTVWXU"),
      ("", ""), ("é2024-01-15T08:30:00Zü", "é*ü"),
    ])
  func masks(text: String, masked: String) {
    #expect(VolatileText.masked(text) == masked)
  }
}
