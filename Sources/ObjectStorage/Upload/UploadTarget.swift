/// Where parts go.
struct UploadTarget: Sendable, Hashable {
  var bucket: String
  var key: String
  var uploadID: String
}
