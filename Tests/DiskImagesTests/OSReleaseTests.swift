import Testing

@testable import DiskImages

@Suite("os-release")
struct OSReleaseTests {
  @Test("Values are read as a shell reads them")
  func values() {
    let release = OSRelease(
      #"""
      # a comment
      NAME="Debian GNU/Linux"
      ID=debian
      VERSION_ID='12'
      PRETTY_NAME="a \"quoted\" \$name \\ \n"
      BARE=a\ b c
      EMPTY=
      TWICE=1
      TWICE="2"
        INDENTED=yes
      no equals
      BAD-NAME=1
      MIXED=a"b c"'d'
      OPEN="to the end
      """#)
    #expect(release["NAME"] == "Debian GNU/Linux")
    #expect(release["ID"] == "debian")
    #expect(release["VERSION_ID"] == "12")
    #expect(release["PRETTY_NAME"] == #"a "quoted" $name \ \n"#)
    #expect(release["BARE"] == "a b")
    #expect(release["EMPTY"] == nil)
    #expect(release["TWICE"] == "2")
    #expect(release["INDENTED"] == "yes")
    #expect(release["BAD-NAME"] == nil)
    #expect(release["MIXED"] == "ab cd")
    #expect(release["OPEN"] == "to the end")
    #expect(release.fields.count == 10)
  }

  @Test("Line ends of Windows do no harm; what a terminal would obey does not come through, and no text is endless")
  func harmless() {
    #expect(OSRelease("ID=x\r\nNAME=y\r\n")["NAME"] == "y")
    #expect(OSRelease("NAME=\"a\u{1B}[31mb\u{7}\"")["NAME"] == "a?[31mb?")
    #expect((OSRelease("NAME=" + String(repeating: "x", count: 100_000))["NAME"] ?? "").count <= 201)
  }
}
