import Foundation
import Synchronization

/// A real HTTP server of a few lines on a free port of this machine: it answers what a test says, and keeps what it was asked.
public final class TinyServer: Sendable {
  public struct Request: Sendable {
    public var line: String
    /// By names in lower case.
    public var headers: [String: String]
    public var body: String
  }

  /// The whole answer to a request, such as `HTTP/1.1 200 OK\r\n…`; nil closes the connection without a word.
  public typealias Handler = @Sendable (Request) -> String?

  public let port: Int
  private let socket: Int32
  private let received = Mutex<[Request]>([])

  /// What it was asked so far.
  public var requests: [Request] { received.withLock { $0 } }

  /// Listens from now on; each connection has a thread and takes one request.
  public init(_ handler: @escaping Handler) throws {
    socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = socket
    let port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> Int in
        guard bind(descriptor, pointer, size) == 0, listen(descriptor, 16) == 0,
          getsockname(descriptor, pointer, &size) == 0
        else { return 0 }
        return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
          Int(UInt16(bigEndian: $0.pointee.sin_port))
        }
      }
    }
    guard port > 0 else { throw POSIXError(.EADDRINUSE) }
    self.port = port
    Thread.detachNewThread { [self] in serve(handler) }
  }

  /// Takes no more connections.
  public func stop() {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }

  private func serve(_ handler: @escaping Handler) {
    while true {
      let connection = accept(socket, nil, nil)
      guard connection >= 0 else { return }
      Thread.detachNewThread { [self] in answer(connection, handler) }
    }
  }

  private func answer(_ connection: Int32, _ handler: Handler) {
    defer { close(connection) }
    guard let request = Self.read(connection) else { return }
    received.withLock { $0.append(request) }
    guard let answer = handler(request) else { return }
    let bytes = Array(answer.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(connection, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let end = text.range(of: "\r\n\r\n") {
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
          let parts = line.split(separator: ":", maxSplits: 1)
          headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        let body = String(text[end.upperBound...])
        if body.utf8.count >= Int(headers["content-length"] ?? "0") ?? 0 {
          return Request(line: lines[0], headers: headers, body: body)
        }
      }
      let count = recv(connection, &chunk, chunk.count, 0)
      guard count > 0 else { return nil }
      bytes += chunk[..<count]
    }
  }

  /// An answer with a body.
  public static func answer(_ status: String, _ headers: String = "", body: String = "") -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\(headers)\r\n\(body)"
  }
}
