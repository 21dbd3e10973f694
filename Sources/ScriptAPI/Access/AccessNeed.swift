/// Something of the machine or the cloud that a host function is about to use for a script.
public enum AccessNeed: Sendable, Hashable {
  /// What is done with images of the cloud.
  public enum ImageUse: String, Sendable, Hashable, CaseIterable {
    case read, submit, delete
  }

  /// A file or directory to look at: its real path, without links.
  case readFile(String)

  /// A file to write: its real path, without links.
  case writeFile(String)
  case environment(String)

  /// A server to talk to over HTTP; the host in lower case. One that a secret names is not to be shown.
  case network(host: String, port: Int, isSecret: Bool = false)
  case readObjects(bucket: String)
  case writeObjects(bucket: String)
  case images(ImageUse)
}

extension AccessNeed: CustomStringConvertible {
  /// The need as a capability is written, such as `fs.read:/etc/hosts`.
  public var description: String {
    switch self {
    case .readFile(let path): "fs.read:\(path)"
    case .writeFile(let path): "fs.write:\(path)"
    case .environment(let name): "env:\(name)"
    case .network(_, _, true): "net:<secret>"
    case .network(let host, let port, _): "net:\(host.contains(":") ? "[\(host)]" : host):\(port)"
    case .readObjects(let bucket): "obs.read:\(bucket)"
    case .writeObjects(let bucket): "obs.write:\(bucket)"
    case .images(let use): "ims.\(use.rawValue)"
    }
  }
}
