import Testing

@testable import ObjectStorage

@Suite("Reading the XML of object storage")
struct XMLElementTests {
  @Test("Elements are known by their local names, whatever the name space")
  func localNames() throws {
    let text = """
      \u{FEFF}<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
      <!-- a listing -->
      <s3:ListBucketResult xmlns:s3="http://obs.example/doc/2015-06-30/">
        <s3:Name>b</s3:Name><s3:Prefix/><s3:IsTruncated >false</s3:IsTruncated>
        <Contents><Key>a&amp;b &#252;&#xe9; &lt;x&gt;</Key><Size>1</Size></Contents>
        <Contents><Key><![CDATA[c & <d>]]></Key></Contents>
      </s3:ListBucketResult>
      """
    let root = try #require(XMLElement(parsing: Array(text.utf8)))
    #expect(root.name == "ListBucketResult")
    #expect(root.text(of: "Name") == "b")
    #expect(root.text(of: "Prefix") == "")
    #expect(root.text(of: "IsTruncated") == "false")
    #expect(root.all("Contents").map { $0.text(of: "Key") } == ["a&b üé <x>", "c & <d>"])
    #expect(root["Nothing"] == nil)
  }

  @Test(
    "What is no document is refused and does not crash",
    arguments: [
      "", "text", "<", "<a", "<a>", "<a></b>", "</a>", "<a>&unknown;</a>", "<a>&#xD800;</a>", "<a>&</a>",
      "<a><![CDATA[x</a>",
      "<>", "< a></ a>", "<!--", "<?xml", String(repeating: "<a>", count: 100_000),
    ])
  func nonsense(_ text: String) {
    #expect(XMLElement(parsing: Array(text.utf8)) == nil)
  }
}
