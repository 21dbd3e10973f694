import CloudAccess
import Foundation

/// One image of the project as the cloud keeps it.
struct ImageState: Sendable, Equatable {
  /// Stages of an image's life; a deleted image has no record.
  enum Status: String, Sendable, Codable {
    case queued, saving, active, killed
  }

  /// A tag with its value, which may be empty.
  struct Tag: Sendable, Equatable, Codable {
    var key: String
    var value: String
  }

  /// UUID.
  let id: String
  /// Place in the order of creation.
  let sequence: Int64
  var name: String
  var description: String?
  var status: Status
  /// Whether it is a data disk image.
  var isData: Bool
  /// GiB.
  var minDisk: Int
  /// MiB.
  var minRAM: Int = 0
  var maxRAM: String?
  var osVersion: String?
  /// `Linux`, `Windows` or `Other`.
  var osType: String
  var platform: String?
  /// `32` or `64`.
  var osBit: String?
  /// `FusionCompute`, `Ironic` or `DataImage`.
  var environment: String
  var firmware: String?
  var isARM: Bool
  var licenseType: String?
  var enterpriseProject: String
  /// `bucket:object`.
  var source: String
  /// `zvhd2` or `raw`.
  var diskFormat: String
  /// Bytes of the image file, once the job has read it.
  var fileSize: UInt64?
  var isProtected: Bool = false
  var tags: [Tag]
  /// Extension attributes that a PATCH set.
  var extras: [String: String] = [:]
  /// The job that makes it.
  let jobID: String
  let createdAt: Date
  var updatedAt: Date
  var activeAt: Date?
  /// Cloud time at which a deleted image goes away.
  var leavesAt: Date?

  /// Whether lists show the image at `now`.
  func isVisible(at now: Date, _ visibility: LocalCloudConfiguration.Visibility) -> Bool {
    shows(visibility, now)
  }

  /// The tags that show at `now`.
  func visibleTags(at now: Date, _ visibility: LocalCloudConfiguration.Visibility) -> [Tag] {
    shows(visibility, now) ? tags : []
  }

  private func shows(_ visibility: LocalCloudConfiguration.Visibility, _ now: Date) -> Bool {
    switch visibility {
    case .atSubmission: true
    case .delayed(let delay): now.timeIntervalSince(createdAt) >= delay.inSeconds || status == .active
    case .atEnd: status == .active || status == .killed
    }
  }

  /// Adds a tag, or gives the one with this key another value.
  mutating func setTag(_ tag: Tag) {
    if let index = tags.firstIndex(where: { $0.key == tag.key }) {
      tags[index] = tag
    } else {
      tags.append(tag)
    }
  }
}
