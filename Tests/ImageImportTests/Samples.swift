import CloudAccess

@testable import ImageImport

/// Requests without any finding, for the tests to change.
enum Samples {
  static let system = ImportRequest(json: [
    "name": "web01", "image_url": "ims-image:web01.zvhd2", "os_version": "CentOS 7.0 64bit", "min_disk": 40,
  ])

  static let data = ImportRequest(json: [
    "name": "data01", "image_url": "ims-image:data01.zvhd2", "min_disk": 200, "type": "DataImage",
  ])
}
