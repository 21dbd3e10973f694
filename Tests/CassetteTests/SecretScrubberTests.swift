import CloudAccess
import Foundation
import Testing

@testable import Cassette

@Suite("Secrets in cassettes")
struct SecretScrubberTests {
  private func scrubber(_ secrets: String...) -> SecretScrubber {
    let scrubber = SecretScrubber()
    for secret in secrets { scrubber.add(secret) }
    return scrubber
  }

  @Test("A known secret is found in every spelling")
  func spellings() {
    let secret = #"pa"ss<w&rd/ +1"#
    let scrubber = scrubber(secret)
    for text in [
      secret, PercentEncoding.encode(secret), PercentEncoding.encode(secret, allowing: "/"),
      PercentEncoding.encode(secret).replacing("%20", with: "+"), JSONValue.string(secret).serialized(),
      "pa\"ss&lt;w&amp;rd/ +1", Data(secret.utf8).base64EncodedString(),
    ] {
      let clean = scrubber.text("before \(text) after")
      #expect(
        clean.contains("<secret>") && clean.hasPrefix("before ") && clean.hasSuffix(" after"), "\(text): \(clean)")
      #expect(!clean.contains("ss<w") && !clean.contains("rd/"), "\(clean)")
    }
    #expect(scrubber.finds(in: [0, 1] + Array(secret.utf8) + [255]))
  }

  @Test("The longer of two secrets goes first, and a short one only where it is the whole text")
  func lengths() {
    let scrubber = scrubber("abcd", "abcdefgh", "xy")
    #expect(scrubber.text("abcdefgh abcd") == "<secret> <secret>")
    #expect(scrubber.text("xylophone") == "xylophone")
    #expect(scrubber.json(["a": "xy", "b": "xyz"]) == ["a": "<secret>", "b": "xyz"])
  }

  @Test("Members of JSON that are secret by name go, at any depth; an object under such a name is looked into")
  func members() {
    let clean = scrubber().json([
      "auth": ["Password": "p", "secret_key": "s", "user": ["name": "n", "passcode": 123_456]],
      "token": ["catalog": ["x"], "expires_at": "t"], "access_token": "t", "list": [["api_key": "k"]],
      "name": "kept", "key": "kept", "keys": ["kept"], "min_disk": 40,
    ])
    #expect(
      clean == [
        "auth": ["Password": "<secret>", "secret_key": "<secret>", "user": ["name": "n", "passcode": "<secret>"]],
        "token": ["catalog": ["x"], "expires_at": "t"], "access_token": "<secret>",
        "list": [["api_key": "<secret>"]], "name": "kept", "key": "kept", "keys": ["kept"], "min_disk": 40,
      ])
  }

  @Test(
    "URLs lose users, signatures and secret parameters, also inside of texts",
    arguments: [
      ("https://u:p@h/x?a=1", "https://<secret>@h/x?a=1"),
      (
        "https://h/x?AccessKeyId=AK&Expires=1&Signature=abc%2F",
        "https://h/x?AccessKeyId=<secret>&Expires=1&Signature=<secret>"
      ),
      (
        "https://h/?X-Amz-Credential=a&X-Amz-Signature=b&prefix=c",
        "https://h/?X-Amz-Credential=<secret>&X-Amz-Signature=<secret>&prefix=c"
      ),
      ("https://h/x?sig=1&sv=2&api%5Fkey=3", "https://h/x?sig=<secret>&sv=2&api%5Fkey=<secret>"),
      ("https://h/x?key=a/b&marker=c&tag=k%3Dv", "https://h/x?key=a/b&marker=c&tag=k%3Dv"),
    ])
  func urls(url: String, clean: String) {
    #expect(scrubber().url(url) == clean)
  }

  @Test(
    "What has the form of a token goes without being known",
    arguments: [
      ("Bearer abcdefghij", "Bearer <secret>"),
      ("x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc y", "x <secret> y"),
      ("<SecretAccessKey>abc</SecretAccessKey><Key>k</Key>", "<SecretAccessKey><secret></SecretAccessKey><Key>k</Key>"),
      ("Basic training is short", "Basic training is short"), ("eyJust words", "eyJust words"),
    ])
  func forms(text: String, clean: String) {
    #expect(scrubber().text(text) == clean)
  }

  @Test("Headers of answers that may hold secrets have none, the others stay")
  func headers() {
    let response = HTTPResponse(
      status: 200,
      headers: [
        ("X-Subject-Token", "t1"), ("Set-Cookie", "a=b"), ("X-My-Api-Key", "k"), ("WWW-Authenticate", "x"),
        ("ETag", "\"e\""), ("Location", "https://h/?Signature=s"), ("Retry-After", "3"),
      ])
    let answer = RecordedAnswer(response, isExact: false, scrubber())
    #expect(
      answer.headers.map(\.value)
        == ["<secret>", "<secret>", "<secret>", "<secret>", "\"e\"", "https://h/?Signature=<secret>", "3"])
  }

  @Test("A login keeps its project alone, and its answer does not say whose it is")
  func login() throws {
    var request = HTTPRequest(method: "POST", url: "https://iam/v3/auth/tokens", headers: [("Authorization", "x")])
    request.body = Array(
      #"{"auth":{"identity":{"password":{"user":{"name":"me","password":"p"}}},"scope":{"project":{"name":"eu"}}}}"#
        .utf8)
    let kept = RecordedRequest(request, streamed: nil, isExact: false, scrubber())
    #expect(kept.body == .json(["auth": ["identity": "<secret>", "scope": ["project": ["name": "eu"]]]]))
    #expect(kept.headers.isEmpty)
    let response = HTTPResponse(
      status: 201, headers: [("X-Subject-Token", "t")],
      body: Array(#"{"token":{"user":{"name":"me"},"project":{"id":"1"}}}"#.utf8))
    #expect(
      RecordedAnswer(response, isExact: false, scrubber()).body
        == .json(["token": ["user": "<secret>", "project": ["id": "1"]]]))
  }

  @Test("Environment variables that say secret are known by value, the others are not")
  func environment() {
    let scrubber = SecretScrubber()
    scrubber.add(environment: [
      "OS_PASSWORD": "sesame-open", "HOOK_TOKEN": "tok-123456", "MY_SK": "sksksksk", "HOME": "/home/someone",
      "SHORT_TOKEN": "abc",
    ])
    #expect(
      scrubber.text("sesame-open tok-123456 sksksksk /home/someone abc")
        == "<secret> <secret> <secret> /home/someone abc")
  }

  @Test("Parts of uploads are kept as length and hash, whatever their size")
  func parts() {
    var request = HTTPRequest(method: "PUT", url: "https://b.obs/k?partNumber=1&uploadId=u")
    request.body = Array("disk".utf8)
    let kept = RecordedRequest(request, streamed: nil, isExact: false, scrubber())
    #expect(kept.body == .omitted(length: 4, hash: Fingerprint.sha256(Array("disk".utf8))))
  }

  @Test("A body that is no text and holds a secret is left out, without a hash that could be guessed at")
  func binary() {
    let scrubber = scrubber("sesame")
    let bytes: [UInt8] = [0xFF, 0xFE] + Array("sesame".utf8)
    #expect(
      RecordedBody.kept(bytes, contentType: nil, limit: 100, isExact: false, scrubber) == .omitted(length: 8, hash: nil)
    )
    #expect(RecordedBody.kept([0xFF], contentType: nil, limit: 100, isExact: false, scrubber) == .binary([0xFF]))
  }
}
