import CloudAccess

extension CloudCore {
  /// Jobs, images and calls, as `/_control/state` shows them.
  var report: JSONValue {
    let (jobs, images) = inventory()
    let received = receivedBytes.map { ($0.key.rawValue, JSONValue.integer(Int64($0.value))) }
    let calls = callCounts.map { ($0.key.rawValue, JSONValue.integer(Int64($0.value))) }
    return [
      "jobs": .array(
        jobs.map { job in
          [
            "id": .string(job.id), "status": .string(job.machine.status), "image_id": .string(job.imageID),
            "image_name": .string(job.imageName), "created": .string(Timestamp.iso8601(job.created)),
          ]
        }),
      "images": .array(
        images.map { image in
          [
            "id": .string(image.id), "name": .string(image.name), "status": .string(image.status.rawValue),
            "source": .string(image.source), "created": .string(Timestamp.iso8601(image.createdAt)),
            "tags": .array(image.tags.map { .string("\($0.key)=\($0.value)") }),
          ]
        }),
      "calls": .object(Dictionary(uniqueKeysWithValues: calls)),
      "received_bytes": .object(Dictionary(uniqueKeysWithValues: received)),
    ]
  }
}
