import Foundation
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Does to an answer on its way out what no responder can: resets the connection at a given byte, or gives the answer another date.
///
/// A responder asks for it by the header ``Orders/header``, which never leaves this machine.
final class WireHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// What is to happen to an answer.
  struct Orders: Sendable, Equatable {
    static let header = HTTPField.Name("Slipway-Wire")

    /// Bytes of the body after which the connection is reset; 0 loses the head, too.
    var cut: Int?
    /// The date in the answer.
    var date: String?

    var isEmpty: Bool { cut == nil && date == nil }
    var text: String { "\(cut.map(String.init) ?? "-") \(date ?? "-")" }

    init(cut: Int? = nil, date: String? = nil) {
      self.cut = cut
      self.date = date
    }

    init(_ text: String) {
      let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      cut = Int(parts[0])
      date = parts.count > 1 && parts[1] != "-" ? String(parts[1]) : nil
    }
  }

  struct Reset: Error {}

  /// Bytes of the body that still go out; nil while nothing is to be cut.
  private var allowance: Int?
  private var isReset = false

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !isReset else {
      promise?.fail(Reset())
      return
    }
    switch unwrapOutboundIn(data) {
    case .head(var head):
      guard let name = Orders.header, let text = head.headerFields[name] else { break }
      let orders = Orders(text)
      head.headerFields[name] = nil
      if let date = orders.date { head.headerFields[.date] = date }
      allowance = orders.cut
      if allowance == 0 {
        promise?.fail(Reset())
        reset(context)
      } else {
        context.write(wrapOutboundOut(.head(head)), promise: promise)
      }
      return
    case .body(var buffer):
      guard let left = allowance else { break }
      if buffer.readableBytes < left {
        allowance = left - buffer.readableBytes
        break
      }
      guard let part = buffer.readSlice(length: left) else { break }
      isReset = true
      promise?.fail(Reset())
      let written = context.eventLoop.makePromise(of: Void.self)
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      written.futureResult.whenComplete { _ in bound.value.0.reset(bound.value.1) }
      context.writeAndFlush(wrapOutboundOut(.body(part)), promise: written)
      return
    case .end:
      guard allowance != nil else { break }
      promise?.fail(Reset())
      reset(context)
      return
    }
    context.write(data, promise: promise)
  }

  /// Closes with RST instead of FIN, as a broken line or a dying gateway does.
  private func reset(_ context: ChannelHandlerContext) {
    isReset = true
    (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in }
    context.close(promise: nil)
  }
}
