import CloudAccess

/// The known fields with their types; nil where a field is absent or of another type.
extension ImportRequest {
  public var name: String? {
    get { string(.name) }
    set { self[.name] = newValue.map(JSONValue.string) }
  }

  public var description: String? {
    get { string(.description) }
    set { self[.description] = newValue.map(JSONValue.string) }
  }

  public var osVersion: String? {
    get { string(.osVersion) }
    set { self[.osVersion] = newValue.map(JSONValue.string) }
  }

  public var osType: String? {
    get { string(.osType) }
    set { self[.osType] = newValue.map(JSONValue.string) }
  }

  /// The file as `bucket:object`.
  public var imageURL: String? {
    get { string(.imageURL) }
    set { self[.imageURL] = newValue.map(JSONValue.string) }
  }

  /// Where the file lies, when `image_url` has the API's form and is no URL.
  package var location: ImageLocation? {
    guard let url = imageURL, ImageLocation.scheme(of: url) == nil else { return nil }
    return ImageLocation(url)
  }

  /// The smallest disk in GiB.
  public var minDisk: Int? {
    get { self[.minDisk]?.intValue }
    set { self[.minDisk] = newValue.map { .integer(Int64($0)) } }
  }

  public var type: String? {
    get { string(.type) }
    set { self[.type] = newValue.map(JSONValue.string) }
  }

  public var architecture: String? {
    get { string(.architecture) }
    set { self[.architecture] = newValue.map(JSONValue.string) }
  }

  /// The boot mode, `hw_firmware_type` in the API.
  public var firmwareType: String? {
    get { string(.firmwareType) }
    set { self[.firmwareType] = newValue.map(JSONValue.string) }
  }

  public var licenseType: String? {
    get { string(.licenseType) }
    set { self[.licenseType] = newValue.map(JSONValue.string) }
  }

  public var enterpriseProjectID: String? {
    get { string(.enterpriseProjectID) }
    set { self[.enterpriseProjectID] = newValue.map(JSONValue.string) }
  }

  /// Tags as `key.value`; nil unless every entry is a string.
  public var tags: [String]? {
    get { everyElement(.tags, \.stringValue) }
    set { self[.tags] = newValue.map { .array($0.map(JSONValue.string)) } }
  }

  /// Tags as key and value; nil unless every entry has both as strings.
  public var imageTags: [ImageTag]? {
    get {
      everyElement(.imageTags) { entry in
        guard let key = entry["key"]?.stringValue, let value = entry["value"]?.stringValue else { return nil }
        return ImageTag(key: key, value: value)
      }
    }
    set { self[.imageTags] = newValue.map { .array($0.map(\.json)) } }
  }

  private func string(_ field: RequestField) -> String? { self[field]?.stringValue }

  private func everyElement<T>(_ field: RequestField, _ read: (JSONValue) -> T?) -> [T]? {
    guard let entries = self[field]?.arrayValue else { return nil }
    let values = entries.compactMap(read)
    return values.count == entries.count ? values : nil
  }
}
