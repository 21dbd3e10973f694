/// An error of object storage: code and status of its table, and elements that name the thing.
struct StorageRefusal: Error, Sendable {
  var status: Int
  var code: String
  var message: String
  var details: [(name: String, value: String)] = []

  func reply(requestID: String) -> Reply {
    var text = XMLText()
    text.element("Error") { text in
      text.element("Code", code)
      text.element("Message", message)
      text.element("RequestId", requestID)
      text.element("HostId", "local")
      for detail in details { text.element(detail.name, detail.value) }
    }
    return .xml(text.bytes, status: status)
  }

  static func noBucket(_ bucket: String) -> StorageRefusal {
    StorageRefusal(
      status: 404, code: "NoSuchBucket", message: "The specified bucket does not exist",
      details: [("BucketName", bucket)])
  }

  static func noKey(_ key: String) -> StorageRefusal {
    StorageRefusal(status: 404, code: "NoSuchKey", message: "The specified key does not exist", details: [("Key", key)])
  }

  static func invalidArgument(_ name: String, _ value: String, _ message: String) -> StorageRefusal {
    StorageRefusal(
      status: 400, code: "InvalidArgument", message: message,
      details: [("ArgumentName", name), ("ArgumentValue", value)])
  }

  static func denied(_ message: String) -> StorageRefusal {
    StorageRefusal(status: 403, code: "AccessDenied", message: message)
  }

  static func notImplemented(_ what: String) -> StorageRefusal {
    StorageRefusal(
      status: 501, code: "NotImplemented", message: "The local cloud does not implement \(what)")
  }
}
