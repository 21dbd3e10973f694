import CloudAccess
import Foundation

extension ObjectService {
  /// `GET /bucket/key?uploadId=ID`: a page of the parts that are there.
  func listParts(_ call: ObjectCall) throws -> Reply {
    let upload = try upload(of: call)
    let limit = try call.limit("max-parts")
    let marker = try call.number("part-number-marker") ?? 0
    let rest = upload.sortedParts.drop { $0.number <= marker }
    let page = rest.prefix(limit)
    let isTruncated = page.count < rest.count
    var text = XMLText()
    text.element("ListPartsResult", attributes: "xmlns=\"\(call.kind.namespace)\"") { text in
      writeName(of: call, to: &text)
      if call.encodes { text.element("EncodingType", "url") }
      text.element("UploadId", upload.id)
      writePeople(to: &text)
      text.element("StorageClass", call.kind.name(ofClass: upload.properties.storageClass))
      text.element("PartNumberMarker", String(marker))
      text.element("NextPartNumberMarker", String(page.last?.number ?? marker))
      text.element("MaxParts", String(limit))
      text.element("IsTruncated", isTruncated ? "true" : "false")
      for part in page {
        text.element("Part") { text in
          text.element("PartNumber", String(part.number))
          text.element("LastModified", TimeText.iso(part.modified, .milliseconds))
          text.element("ETag", "\"\(part.etag)\"")
          text.element("Size", String(part.size))
        }
      }
    }
    return .xml(text.bytes)
  }

  /// `GET /bucket?uploads`: a page of the uploads under way.
  func listUploads(_ call: ObjectCall) throws -> Reply {
    try checkBucket(call.bucket)
    let limit = try call.limit("max-uploads")
    let (prefix, delimiter) = (call.text("prefix"), call.text("delimiter"))
    let (keyMarker, idMarker) = (call.text("key-marker"), call.text("upload-id-marker"))
    let page = UploadPage(
      core.uploads.uploads(of: call.bucket), prefix: prefix, delimiter: delimiter, afterKey: keyMarker,
      afterID: idMarker, limit: limit)
    var text = XMLText()
    text.element("ListMultipartUploadsResult", attributes: "xmlns=\"\(call.kind.namespace)\"") { text in
      text.element("Bucket", call.bucket)
      text.element("KeyMarker", call.encoded(keyMarker))
      text.element("UploadIdMarker", idMarker)
      if page.isTruncated {
        text.element("NextKeyMarker", call.encoded(page.last.key))
        text.element("NextUploadIdMarker", page.last.id)
      }
      text.element("Prefix", call.encoded(prefix))
      if !delimiter.isEmpty { text.element("Delimiter", call.encoded(delimiter)) }
      if call.encodes { text.element("EncodingType", "url") }
      text.element("MaxUploads", String(limit))
      text.element("IsTruncated", page.isTruncated ? "true" : "false")
      for upload in page.uploads { write(upload, call, to: &text) }
      for prefix in page.prefixes {
        text.element("CommonPrefixes") { text in text.element("Prefix", call.encoded(prefix)) }
      }
    }
    return .xml(text.bytes)
  }

  private func write(_ upload: Upload, _ call: ObjectCall, to text: inout XMLText) {
    text.element("Upload") { text in
      text.element("Key", call.encoded(upload.key))
      text.element("UploadId", upload.id)
      writePeople(to: &text)
      text.element("StorageClass", call.kind.name(ofClass: upload.properties.storageClass))
      text.element("Initiated", TimeText.iso(upload.initiated, .milliseconds))
    }
  }

  private func writePeople(to text: inout XMLText) {
    for name in ["Initiator", "Owner"] {
      text.element(name) { text in text.element("ID", core.credentials.domain_id) }
    }
  }
}
