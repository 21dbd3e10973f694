import Testing

@testable import DiskImages

@Suite(".mf files")
struct BitmapFileTests {
  @Test("An OVF manifest and an empty file are refused, anything else is not judged")
  func judgement() {
    for text in ["SHA256(disk.vmdk)= 00", "SHA1(a)= 1", "SHA512(b)= 2"] {
      let finding = BitmapFile.finding(start: Array(text.utf8), size: 100)
      #expect(finding?.severity == .error)
      #expect(finding?.message.contains("OVF manifest") == true)
      #expect(finding?.hint?.contains("CreateMF.jar") == true)
    }
    #expect(BitmapFile.finding(start: [], size: 0)?.message.contains("empty") == true)
    #expect(BitmapFile.finding(start: [1, 2, 3], size: 3) == nil)
    #expect(BitmapFile.finding(start: Array("SHA".utf8), size: 3) == nil)
  }
}
