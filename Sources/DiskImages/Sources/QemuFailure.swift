/// What qemu-nbd says when it cannot open an image, in this program's words.
enum QemuFailure {
  static func error(_ output: String, path: String, format: DiskFormat) -> DiskImageError {
    let reason = summary(output) ?? "it gave no reason"
    if output.contains("lock") && output.contains("another process") {
      return DiskImageError(
        .busy, "'\(path)' is in use by another program, such as a running virtual machine",
        hint: "stop that, or convert a copy or snapshot")
    }
    if output.contains("Permission denied") {
      return DiskImageError(
        .permission, "qemu-nbd may not read '\(path)' or a file it names: \(reason)",
        hint: "check owner, mode and mount of the files")
    }
    if output.contains("No such file or directory") {
      return DiskImageError(
        .notFound, "a file that '\(path)' names is missing: \(reason)",
        hint: "put the file where the image expects it; qemu-img info shows the names")
    }
    if output.contains("encrypt") || output.contains("secret") {
      return DiskImageError(
        .unsupported, "'\(path)' is encrypted: \(reason)",
        hint: "make a plain copy: qemu-img convert --object secret,id=s,file=KEYFILE …")
    }
    return DiskImageError(
      .corrupt, "'\(path)' cannot be opened as \(format.displayName): \(reason)",
      hint: "the image is damaged, or uses what this qemu does not know; qemu-img check may tell more")
  }

  /// The last thing that was said, without the program's name and the description of the image in front.
  static func summary(_ output: String) -> String? {
    guard let line = output.split(separator: "\n").last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return nil }
    var text = String(line.prefix(1000))
    if let json = text.firstRange(of: "'json:{"), let end = text[json.upperBound...].firstRange(of: "}}'") {
      text = String(text[end.upperBound...])
    }
    for prefix in ["qemu-nbd:", "Failed to blk_new_open", ":"] {
      while text.first == " " { text.removeFirst() }
      if text.hasPrefix(prefix) { text.removeFirst(prefix.count) }
    }
    while text.first == " " { text.removeFirst() }
    return text.isEmpty ? nil : text
  }
}
