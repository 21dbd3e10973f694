import CloudAccess
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A real HTTP server on the loopback interface that answers as a script says, also with what no decent server does.
final class ScriptedServer: Sendable {
  /// A request as it arrived.
  struct Received: Sendable {
    var method: String
    var uri: String
    var headers: [(name: String, value: String)]
    var body: [UInt8]
    /// The number of the connection it came over, from 1.
    var connection: Int

    func header(_ name: String) -> String? {
      headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    var text: String { String(decoding: body, as: UTF8.self) }
    var path: String { String(uri.prefix { $0 != "?" }) }
  }

  enum Answer: Sendable {
    case answer(Int, [(name: String, value: String)], [UInt8])
    /// These bytes, then the connection is closed.
    case raw(String)
    /// The connection is closed without a byte.
    case drop
    /// Head and a first byte of a body of 1000, then nothing.
    case stall
    /// Nothing at all.
    case silence
    /// A head that promises so many bytes, and zeros until all are written or the client leaves.
    case flood(Int, status: Int)

    static func json(_ status: Int, _ text: String, _ headers: [(name: String, value: String)] = []) -> Answer {
      .answer(status, [("Content-Type", "application/json")] + headers, Array(text.utf8))
    }
  }

  private struct State {
    var received: [Received] = []
    var connections = 0
    var bytesWritten = 0
  }

  private let state = Mutex(State())
  private let channel: any Channel
  let port: Int

  var url: String { "http://127.0.0.1:\(port)" }
  var received: [Received] { state.withLock { $0.received } }
  var connectionCount: Int { state.withLock { $0.connections } }
  /// Bytes of flooded bodies that went into the socket.
  var bytesFlooded: Int { state.withLock { $0.bytesWritten } }

  /// Listens on a free port; `script` gets each request and the number of those before it.
  ///
  /// With `early` requests are answered with that status as soon as their heads have come, and bodies are thrown away.
  static func start(
    early: Int? = nil, _ script: @escaping @Sendable (Received, Int) -> Answer
  ) async throws -> ScriptedServer {
    let box = Mutex<ScriptedServer?>(nil)
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let server = box.withLock { $0 }
          let number = server?.state.withLock { state in
            state.connections += 1
            return state.connections
          }
          try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
          try channel.pipeline.syncOperations.addHandler(
            Handler(server: server, connection: number ?? 0, early: early, script: script))
        }
      }
    let channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
    let server = ScriptedServer(channel: channel)
    box.withLock { $0 = server }
    return server
  }

  private init(channel: any Channel) {
    self.channel = channel
    port = channel.localAddress?.port ?? 0
  }

  func stop() async {
    try? await channel.close()
  }

  private func take(_ request: Received) -> Int {
    state.withLock { state in
      state.received.append(request)
      return state.received.count - 1
    }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let server: ScriptedServer?
    private let connection: Int
    private let early: Int?
    private let script: @Sendable (Received, Int) -> Answer
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(
      server: ScriptedServer?, connection: Int, early: Int?, script: @escaping @Sendable (Received, Int) -> Answer
    ) {
      self.server = server
      self.connection = connection
      self.early = early
      self.script = script
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        self.head = head
        body = []
        if let early { answer(.answer(early, [], []), isHead: false, context: context) }
      case .body(let buffer): if early == nil { body += buffer.readableBytesView }
      case .end:
        guard let head, let server, early == nil else { return }
        let request = Received(
          method: head.method.rawValue, uri: head.uri, headers: head.headers.map { (name: $0.name, value: $0.value) },
          body: body, connection: connection)
        answer(script(request, server.take(request)), isHead: head.method == .HEAD, context: context)
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }

    private func answer(_ answer: Answer, isHead: Bool, context: ChannelHandlerContext) {
      func write(_ text: String, _ body: [UInt8] = []) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: Array(text.utf8) + body)), promise: nil)
      }
      switch answer {
      case .answer(let status, let headers, let body):
        var text = "HTTP/1.1 \(status) X\r\n"
        for header in headers { text += "\(header.name): \(header.value)\r\n" }
        if !headers.contains(where: { $0.name == "Content-Length" }) { text += "Content-Length: \(body.count)\r\n" }
        write(text + "\r\n", isHead ? [] : body)
      case .raw(let text):
        write(text)
        context.close(promise: nil)
      case .drop: context.close(promise: nil)
      case .stall: write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx")
      case .silence: break
      case .flood(let count, let status):
        write("HTTP/1.1 \(status) X\r\nContent-Length: \(count)\r\n\r\n")
        flood(count, context: context)
      }
    }

    private func flood(_ rest: Int, context: ChannelHandlerContext) {
      guard rest > 0, let server else { return }
      let count = min(rest, 65_536)
      let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(repeating: 0, count: count))).whenSuccess {
        server.state.withLock { $0.bytesWritten += count }
        let (handler, context) = loopBound.value
        handler.flood(rest - count, context: context)
      }
    }
  }
}
