import Foundation
import GRDB

extension ImageState {
  static let insertion =
    "INSERT OR REPLACE INTO image VALUES (" + repeatElement("?", count: 29).joined(separator: ", ") + ")"

  /// The row's values in the order of the table.
  var arguments: StatementArguments {
    [
      id, sequence, name, description, status.rawValue, isData, minDisk, minRAM, maxRAM, osVersion, osType, platform,
      osBit,
      environment, firmware, isARM, licenseType, enterpriseProject, source, diskFormat,
      fileSize.map { Int64(clamping: $0) },
      isProtected, Self.text(tags), Self.text(extras), jobID, createdAt.timeIntervalSince1970,
      updatedAt.timeIntervalSince1970, activeAt?.timeIntervalSince1970, leavesAt?.timeIntervalSince1970,
    ]
  }

  init(row: Row) {
    self.init(
      id: row["id"], sequence: row["sequence"], name: row["name"], description: row["description"],
      status: Status(rawValue: row["status"]) ?? .killed, isData: row["is_data"], minDisk: row["min_disk"],
      minRAM: row["min_ram"], maxRAM: row["max_ram"], osVersion: row["os_version"], osType: row["os_type"],
      platform: row["platform"], osBit: row["os_bit"], environment: row["environment"], firmware: row["firmware"],
      isARM: row["is_arm"], licenseType: row["license_type"], enterpriseProject: row["enterprise_project"],
      source: row["source"], diskFormat: row["disk_format"],
      fileSize: (row["file_size"] as Int64?).map { UInt64(clamping: $0) }, isProtected: row["is_protected"],
      tags: Self.value(row["tags"]) ?? [], extras: Self.value(row["extras"]) ?? [:], jobID: row["job_id"],
      createdAt: Date(timeIntervalSince1970: row["created_at"]),
      updatedAt: Date(timeIntervalSince1970: row["updated_at"]),
      activeAt: (row["active_at"] as Double?).map(Date.init(timeIntervalSince1970:)),
      leavesAt: (row["leaves_at"] as Double?).map(Date.init(timeIntervalSince1970:)))
  }

  private static func text(_ tags: [Tag]) -> String {
    var text = JSONText(capacity: 64)
    text.array { text in
      for tag in tags {
        text.object { text in
          text.member("key", tag.key)
          text.member("value", tag.value)
        }
      }
    }
    return String(decoding: text.bytes, as: UTF8.self)
  }

  private static func text(_ extras: [String: String]) -> String {
    String(
      decoding: JSONText.object(capacity: 16) { text in
        for (name, value) in extras { text.member(name, value) }
      }, as: UTF8.self)
  }

  private static func value<Value: Decodable>(_ text: String) -> Value? {
    try? JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }
}

extension JobRecord {
  static let insertion =
    "INSERT OR REPLACE INTO job VALUES (" + repeatElement("?", count: 13).joined(separator: ", ") + ")"

  /// The row's values in the order of the table.
  var arguments: StatementArguments {
    var (name, start, ends): (String, Date?, Date?) = ("", machine.began, machine.ended)
    var sizes: (virtual: UInt64, file: UInt64)?
    var failure: JobMachine.Failure?
    switch machine.phase {
    case .initializing(let startsAt): (name, start) = ("initializing", startsAt)
    case .inspecting: name = "inspecting"
    case .working(_, let end, let verdict):
      (name, ends) = ("working", end)
      switch verdict {
      case .good(let virtual, let file): sizes = (virtual, file)
      case .bad(let reason): failure = reason
      }
    case .succeeded: name = "succeeded"
    case .failed(_, _, let reason): (name, failure) = ("failed", reason)
    }
    return [
      id, type, imageID, imageName, name, created.timeIntervalSince1970, start?.timeIntervalSince1970,
      ends?.timeIntervalSince1970, sizes.map { Int64(clamping: $0.virtual) }, sizes.map { Int64(clamping: $0.file) },
      failure?.code, failure?.reason,
      order.flatMap { try? JSONEncoder().encode($0) }.map { String(decoding: $0, as: UTF8.self) },
    ]
  }

  init(row: Row) {
    let began = Date(timeIntervalSince1970: (row["began"] as Double?) ?? 0)
    let ends = Date(timeIntervalSince1970: (row["ends"] as Double?) ?? 0)
    let order = (row["ordered"] as String?).flatMap { try? JSONDecoder().decode(JobOrder.self, from: Data($0.utf8)) }
    let failure = (row["error_code"] as String?).map { code in
      JobMachine.Failure(
        code: code, reason: (row["fail_reason"] as String?) ?? "", keepsImage: order?.failure?.keepsImage)
    }
    let phase: JobMachine.Phase
    switch row["phase"] as String {
    case "working":
      let verdict: JobMachine.Verdict =
        if let failure {
          .bad(failure)
        } else {
          .good(
            virtualSize: UInt64(clamping: (row["virtual_size"] as Int64?) ?? 0),
            fileSize: UInt64(clamping: (row["file_size"] as Int64?) ?? 0))
        }
      phase = .working(began: began, ends: ends, verdict: verdict)
    case "succeeded": phase = .succeeded(began: began, ended: ends)
    case "failed": phase = .failed(began: began, ended: ends, failure ?? .init(code: "IMG.0061", reason: "unknown"))
    default: phase = .initializing(startsAt: began)
    }
    self.init(
      id: row["id"], type: row["type"], imageID: row["image_id"], imageName: row["image_name"],
      created: Date(timeIntervalSince1970: row["created"]), machine: JobMachine(phase: phase), order: order)
  }
}
