import ObjectStorage

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

  static func otherFileSystem(_ bucket: String) -> StorageRefusal {
    StorageRefusal(
      status: 501, code: "NotImplemented",
      message: "The bucket lies on another file system than DIR/uploads, from where whole objects are moved into it: "
        + "put the data directory on that file system, or copy files into the bucket",
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

  static func noUpload(_ id: String) -> StorageRefusal {
    StorageRefusal(
      status: 404, code: "NoSuchUpload",
      message: "The specified upload does not exist: it was completed, aborted or never begun",
      details: [("UploadId", id)])
  }

  static func invalidPart(_ number: Int, _ etag: String, upload: String) -> StorageRefusal {
    StorageRefusal(
      status: 400, code: "InvalidPart",
      message: "One or more of the specified parts could not be found or have another ETag",
      details: [("PartNumber", String(number)), ("ETag", etag), ("UploadId", upload)])
  }

  static var invalidPartOrder: StorageRefusal {
    StorageRefusal(
      status: 400, code: "InvalidPartOrder", message: "The list of parts was not in ascending order")
  }

  static func tooSmall(_ part: Upload.Part) -> StorageRefusal {
    StorageRefusal(
      status: 400, code: "EntityTooSmall", message: "A part other than the last is smaller than the least size",
      details: [
        ("PartNumber", String(part.number)), ("ProposedSize", String(part.size)),
        ("MinSizeAllowed", String(Upload.leastPartSize)),
      ])
  }

  static var tooLarge: StorageRefusal {
    StorageRefusal(
      status: 400, code: "EntityTooLarge", message: "Your proposed upload exceeds the maximum allowed size")
  }

  static var incompleteBody: StorageRefusal {
    StorageRefusal(
      status: 400, code: "IncompleteBody",
      message: "You did not provide the number of bytes specified by Content-Length")
  }

  static func badDigest(_ header: String) -> StorageRefusal {
    StorageRefusal(
      status: 400, code: "BadDigest", message: "The \(header) you specified did not match what we received")
  }

  static var preconditionFailed: StorageRefusal {
    StorageRefusal(
      status: 412, code: "PreconditionFailed", message: "At least one of the preconditions you specified did not hold")
  }

  static func invalidRange(size: UInt64) -> StorageRefusal {
    StorageRefusal(
      status: 416, code: "InvalidRange", message: "The requested range cannot be satisfied",
      details: [("ActualObjectSize", String(size))])
  }

  static var operationAborted: StorageRefusal {
    StorageRefusal(
      status: 409, code: "OperationAborted", message: "Another request for the same thing is under way; try again")
  }

  static func malformedXML(_ what: String) -> StorageRefusal {
    StorageRefusal(
      status: 400, code: "MalformedXML", message: "The XML of the request is not of the form expected: \(what)")
  }

  static func denied(_ message: String) -> StorageRefusal {
    StorageRefusal(status: 403, code: "AccessDenied", message: message)
  }

  static func notImplemented(_ what: String) -> StorageRefusal {
    StorageRefusal(
      status: 501, code: "NotImplemented", message: "The local cloud does not implement \(what)")
  }
}

extension StorageRefusal {
  init(_ failure: AWSChunkedBody.Failure) {
    switch failure {
    case .signature:
      self.init(
        status: 403, code: "SignatureDoesNotMatch",
        message: "The chunk signature we calculated does not match the signature you provided")
    case .malformed(let what):
      self.init(status: 400, code: "IncompleteBody", message: "The aws-chunked body cannot be read: \(what)")
    }
  }
}
